/** A sentence as a part of another one: without its full stop, and with a small first letter unless what follows is a capital too. */
export const clause = (sentence: string): string => sentence.replace(/\.$/, '').replace(/^[A-Z](?![A-Z])/, (first) => first.toLowerCase())
