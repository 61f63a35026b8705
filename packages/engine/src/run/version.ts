/** Of this program, as reports and ledgers name it. A test compares it with package.json. */
export const VERSION = '0.1.0'
