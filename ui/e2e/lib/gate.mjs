/** A door: who awaits `opened` waits until `open()` is called. (`Promise.withResolvers` needs Node 22.) */
export function gate() {
  let open;
  const opened = new Promise((resolve) => (open = resolve));
  return { opened, open };
}
