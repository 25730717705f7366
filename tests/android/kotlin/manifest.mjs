export function manifest() {}
