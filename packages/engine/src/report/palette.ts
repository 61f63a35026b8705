/**
 * Okabe and Ito's palette ("Color Universal Design", 2008), which people with any colour vision can tell apart. Judgements take green, orange and
 * vermillion; services take the others, so that a service never looks like a judgement. Each pair: on light, on dark.
 */
export const SERVICE_COLOURS: readonly (readonly [string, string])[] = [
  ['#0072b2', '#4aa3d9'],
  ['#b65f93', '#d994bb'],
  ['#2f8fc4', '#7cc4ef'],
  ['#a39100', '#e0d43c'],
  ['#5b6470', '#a7b0bc'],
  ['#004d78', '#2f86bd'],
  ['#8c3f6d', '#b8739a'],
]

/** The style class that carries the colour of the service at this place of the palette. */
export const serviceClass = (colour: number): string => `s${colour % SERVICE_COLOURS.length}`
