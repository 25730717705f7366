export function names() {}
