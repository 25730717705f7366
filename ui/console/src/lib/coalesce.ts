/** One at a time: whoever asks while it runs gets one more run after it, however many asked. */
export function oneAfterAnother(work: () => Promise<void>): () => Promise<void> {
  let running: Promise<void> | undefined;
  let next: Promise<void> | undefined;

  const start = (): Promise<void> => {
    running = work().finally(() => (running = undefined));
    return running;
  };
  const after = (before: Promise<void>): Promise<void> =>
    before
      .catch(() => undefined)
      .then(() => {
        next = undefined;
        return start();
      });

  return () => {
    if (!running) return start();
    return (next ??= after(running));
  };
}
