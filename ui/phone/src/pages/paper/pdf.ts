// The PDF reader, fetched when the first paper is opened: Android's WebView shows no PDF by itself.
import { BridgeError, type Fault } from '@ekitei/shared';
import type { PDFDocumentLoadingTask, PDFDocumentProxy, PDFPageProxy } from 'pdfjs-dist';

/** A CSS pixel is drawn with at most so many on each side: more only costs memory. */
const MOST_DENSE = 2;

async function bytesAt(url: string): Promise<Uint8Array> {
  const response = await fetch(url).catch(() => undefined);
  if (!response) throw new BridgeError({ code: 'host-silent', params: {}, cure: 'retry' });
  if (!response.ok) {
    const told = (await response.json().catch(() => undefined)) as { err?: Fault } | undefined;
    throw new BridgeError(told?.err ?? { code: 'host-silent', params: { detail: `status ${response.status}` }, cure: 'retry' });
  }
  return new Uint8Array(await response.arrayBuffer());
}

export interface Paper {
  document: PDFDocumentProxy;
  close: () => void;
}

export async function readPaper(url: string): Promise<Paper> {
  const [pdf, { default: PdfWorker }, data] = await Promise.all([
    import('pdfjs-dist/legacy/build/pdf.mjs'),
    import('pdfjs-dist/legacy/build/pdf.worker.mjs?worker'),
    bytesAt(url),
  ]);
  const port = new PdfWorker();
  // Its declared type knows no port.
  const worker = new pdf.PDFWorker({ port: port as unknown as null });
  // No code is made from text: the page's policy forbids it.
  const task: PDFDocumentLoadingTask = pdf.getDocument({ data, worker, isEvalSupported: false, enableXfa: false });
  const close = (): void => {
    void task.destroy().then(() => {
      worker.destroy();
      port.terminate();
    });
  };
  try {
    return { document: await task.promise, close };
  } catch (thrown) {
    close();
    throw thrown;
  }
}

/** Draws a page as wide as its canvas is shown; answers what stops it. */
export function drawPage(page: PDFPageProxy, canvas: HTMLCanvasElement, widthPx: number): { done: Promise<void>; stop: () => void } {
  const scale = (widthPx * Math.min(MOST_DENSE, window.devicePixelRatio || 1)) / page.getViewport({ scale: 1 }).width;
  const viewport = page.getViewport({ scale });
  canvas.width = Math.round(viewport.width);
  canvas.height = Math.round(viewport.height);
  const context = canvas.getContext('2d', { alpha: false });
  if (!context) return { done: Promise.resolve(), stop: () => undefined };
  const task = page.render({ canvasContext: context, viewport });
  return { done: task.promise, stop: () => task.cancel() };
}

/** The words of a page, for who hears it. */
export async function wordsOf(page: PDFPageProxy): Promise<string> {
  const { items } = await page.getTextContent();
  return items.map((item) => ('str' in item ? item.str + (item.hasEOL ? '\n' : '') : '')).join('');
}
