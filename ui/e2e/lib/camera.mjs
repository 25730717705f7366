// The camera of a browser test: asks for the browser's own device first, as the app does, then shows a drawn pit (or a
// paper) in its place. No two frames of it are alike: Chromium's fake device repeats its frames, and the same bytes
// twice are one photo.

/** Runs in the page, before its scripts. */
function replaceCamera() {
  const real = navigator.mediaDevices?.getUserMedia.bind(navigator.mediaDevices);
  if (!real) return;
  const WIDTH = 1200;
  const HEIGHT = 1600;

  function pit(pen) {
    const sky = pen.createLinearGradient(0, 0, 0, 700);
    sky.addColorStop(0, '#9fb9cf');
    sky.addColorStop(1, '#e6ebe8');
    pen.fillStyle = sky;
    pen.fillRect(0, 0, WIDTH, HEIGHT);
    const steps = [['#6f7b5c', 560], ['#a08a68', 690], ['#b49c76', 840], ['#c2ab84', 1010], ['#8f7f66', 1220]];
    for (const [at, [colour, top]] of steps.entries()) {
      pen.fillStyle = colour;
      pen.beginPath();
      pen.moveTo(0, HEIGHT);
      for (let x = 0; x <= WIDTH; x += 20) pen.lineTo(x, top + Math.sin(x / 130 + at * 1.7) * 34 + Math.sin(x / 37 + at) * 9);
      pen.lineTo(WIDTH, HEIGHT);
      pen.fill();
    }
    pen.fillStyle = '#6d8797';
    pen.beginPath();
    pen.ellipse(760, 1400, 300, 60, -0.1, 0, 7);
    pen.fill();
  }

  function paper(pen) {
    pen.fillStyle = '#7b6a58';
    pen.fillRect(0, 0, WIDTH, HEIGHT);
    pen.fillStyle = '#fbfaf5';
    pen.fillRect(140, 160, 920, 1280);
    pen.fillStyle = '#3a3a3a';
    pen.font = '56px sans-serif';
    pen.textAlign = 'center';
    pen.fillText('年金額改定通知書（見本）', WIDTH / 2, 300);
    for (let row = 0; row < 12; row += 1) pen.fillRect(220, 420 + row * 74, row % 4 === 3 ? 430 : 760, 8);
    pen.textAlign = 'start';
  }

  navigator.mediaDevices.getUserMedia = async (wish) => {
    const device = await real(wish);
    device.getTracks().forEach((track) => track.stop());
    const canvas = Object.assign(document.createElement('canvas'), { width: WIDTH, height: HEIGHT });
    const pen = canvas.getContext('2d');
    let frame = 0;
    const page = Math.floor(Math.random() * 1e9);
    const draw = () => {
      frame += 1;
      if (/mode=document/.test(window.location.hash)) paper(pen);
      else pit(pen);
      pen.fillStyle = 'rgb(0 0 0 / 55%)';
      pen.fillRect(0, HEIGHT - 56, WIDTH, 56);
      pen.fillStyle = '#fff';
      pen.font = '32px monospace';
      pen.fillText(`${page}-${frame}`, 24, HEIGHT - 18);
    };
    draw();
    const shown = canvas.captureStream(20);
    const timer = setInterval(() => {
      if (shown.getVideoTracks()[0].readyState === 'ended') clearInterval(timer);
      else draw();
    }, 50);
    return shown;
  };
}

/** Every page of `context` that asks for a camera gets the drawn one. */
export const fitCamera = (context) => context.addInitScript(replaceCamera);
