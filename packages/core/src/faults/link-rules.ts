import type { Acts } from './fault.ts'
import type { ExecStep } from './step.ts'

const PAIRS = ['{address} . {peerAddress}', '{peerAddress} . {address}']
const timed = PAIRS.map((pair) => `${pair} timeout {leaseMs}ms`)

/** nft reads a closing brace only on a line of its own, so lists are written one element a line. */
const list = (elements: readonly string[], indent: string) => `{\n${elements.map((element) => `${indent}  ${element}`).join(',\n')}\n${indent}}`

const nft = (lines: readonly string[]): ExecStep => ({
  do: 'exec',
  in: 'network',
  tool: 'nft',
  args: ['-f', '-'],
  stdin: `${lines.join('\n')}\n`,
  deadlineMs: 1000,
})

/**
 * Acts on the packets of one link, both ways, where they are routed. The table is ours alone (`{mark}`); the kernel forgets the pair after
 * one lease, and nobody else's rule is read or changed. A pair that has expired is not renewed: deleting it fails, and with it the whole
 * transaction, since a fault that the kernel has ended must not come back by a late renewal.
 * `matching` is an nft expression that chooses among the packets of the link; empty for all of them.
 */
export function dropOnLink(matching: string): Acts {
  return {
    inject: [
      nft([
        'table inet {mark} {',
        '  set links {',
        '    type ipv4_addr . ipv4_addr',
        '    flags timeout',
        `    elements = ${list(timed, '    ')}`,
        '  }',
        '  chain cut {',
        '    type filter hook forward priority 0; policy accept;',
        `    ip saddr . ip daddr @links ${matching === '' ? '' : `${matching} `}counter drop`,
        '  }',
        '}',
      ]),
    ],
    renew: [nft([`delete element inet {mark} links ${list(PAIRS, '')}`, `add element inet {mark} links ${list(timed, '')}`])],
    // Adding first makes deleting a success where there is nothing to delete.
    undo: [nft(['add table inet {mark}', 'delete table inet {mark}'])],
    verify: [
      { look: 'exec', in: 'network', tool: 'nft', args: ['list', 'tables'], expect: 'lacks', pattern: 'table inet {mark}(\\s|$)', deadlineMs: 1000 },
    ],
    landed: [
      {
        look: 'exec',
        in: 'network',
        tool: 'nft',
        args: ['list', 'table', 'inet', '{mark}'],
        expect: 'matches',
        pattern: 'packets [1-9]',
        deadlineMs: 2000,
      },
    ],
    holderDeath: 'reverts',
    selfExpires: true,
    onRestart: 'persists',
  }
}
