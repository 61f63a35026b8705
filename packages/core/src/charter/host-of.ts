/** The host of an http URL, empty for what is none. The core knows no URL class. */
export const hostOf = (url: string): string => /^http:\/\/([^/:?#]+)/.exec(url)?.[1] ?? ''
