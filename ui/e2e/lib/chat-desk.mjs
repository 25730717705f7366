// What people at a PC do in the chat, and what they see there.

export const room = (desk, name) => desk.at('room').filter({ has: desk.page.locator('.name', { hasText: name }) });
export const bubble = (desk, text) => desk.at('message').filter({ hasText: text }).last();
export const texts = (desk) => desk.page.locator('[data-testid=message] [data-testid=text]').allInnerTexts();

/** The room of this name is open. */
export async function stands(desk, name) {
  await desk.page.waitForSelector(`.pane :is(h1, h2):text-is("${name}")`);
  await desk.at('chat-text').waitFor();
}

export async function goTo(desk, name) {
  await desk.page.evaluate(() => (window.location.hash = '#/chat'));
  await desk.page.waitForSelector('.chat .none');
  await room(desk, name).first().click();
  await stands(desk, name);
}

export async function write(desk, text) {
  await desk.at('chat-text').fill(text);
  await desk.page.keyboard.press('Control+Enter');
  await bubble(desk, text).waitFor();
}

/** A picture or file as the desktop hands it over; `words`: text that is copied along with it. */
export const hand = (desk, testid, kind, files, words) =>
  desk.at(testid).evaluate(async (element, [how, list, text]) => {
    const transfer = new DataTransfer();
    if (text !== undefined) transfer.setData('text/plain', text);
    for (const one of list) {
      if (one.text !== undefined) transfer.items.add(new File([one.text], one.name, { type: 'text/plain' }));
      else {
        const canvas = Object.assign(document.createElement('canvas'), { width: 800, height: 600 });
        const pen = canvas.getContext('2d');
        pen.fillStyle = `hsl(${one.hue} 60% 70%)`;
        pen.fillRect(0, 0, 800, 600);
        const bytes = await new Promise((done) => canvas.toBlob(done, 'image/jpeg', 0.9));
        transfer.items.add(new File([bytes], one.name, { type: 'image/jpeg' }));
      }
    }
    if (how === 'paste') return element.dispatchEvent(new ClipboardEvent('paste', { clipboardData: transfer, bubbles: true, cancelable: true }));
    for (const name of ['dragover', 'drop']) element.dispatchEvent(new DragEvent(name, { dataTransfer: transfer, bubbles: true, cancelable: true }));
  }, [kind, files, words]);
