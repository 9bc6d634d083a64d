// Does one thing to a store, and passes a point each time when others get their turn.
import { passPoint } from '@cairn/testing/crash'
import { Housekeeper } from '@cairn/sqlite'
import { encryptionWith } from './keys.ts'

const [path, action] = process.argv.slice(2) as [path: string, action: string]
const { setImmediate } = globalThis
globalThis.setImmediate = ((callback: () => void) => {
  passPoint('turn')
  return setImmediate(callback)
}) as typeof globalThis.setImmediate

const encryption = action === 'rotate' ? { encryption: encryptionWith('new') } : {}
const housekeeper = Housekeeper.open(path, encryption)
if (action === 'prune') await housekeeper.prune({ policy: { keepLast: 3, keepEvery: 25 } })
if (action === 'erase') await housekeeper.eraseText('message 7 ')
if (action === 'rotate') await housekeeper.rotateKey()
housekeeper.close()
