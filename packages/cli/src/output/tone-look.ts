import type { Tone } from '@safechaos/core'

/** How a tone looks on a terminal. Never colour alone. */
export const TONE_LOOK = {
  good: { shape: '✓', color: 'green' },
  bad: { shape: '✗', color: 'red' },
  unsure: { shape: '?', color: 'yellow' },
  calm: { shape: '–', color: 'dim' },
} as const satisfies Record<Tone, object>
