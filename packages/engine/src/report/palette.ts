/**
 * Colours of services: hues and grey that differ in lightness too, beginning with blue, reddish purple and yellow after Okabe and Ito ("Color
 * Universal Design", 2008). Judgements take green, orange and vermillion, so that a service never looks like a judgement. Each pair: on light,
 * on dark.
 */
export const SERVICE_COLOURS: readonly (readonly [string, string])[] = [
  ['#0072b2', '#4aa3d9'],
  ['#b65f93', '#d994bb'],
  ['#a39100', '#e0d43c'],
  ['#5b6470', '#a7b0bc'],
  ['#4b3f9e', '#a79df0'],
  ['#7a4a21', '#c79a6b'],
  ['#00747c', '#55c2cb'],
]

/** The style class that carries the colour of the service at this place of the palette. */
export const serviceClass = (colour: number): string => `s${colour % SERVICE_COLOURS.length}`
