import type { Diagnostic, Run, RunListener } from '@cairn/engine'

/** Says through Node's warnings what is no error and yet not what the author of a graph meant. */
export class Diagnostics implements RunListener {
  diagnosed(_run: Run, { kind, message }: Diagnostic): void {
    process.emitWarning(message, {
      type: 'CairnWarning',
      code: `CAIRN_${kind.toUpperCase().replaceAll('-', '_')}`,
    })
  }
}
