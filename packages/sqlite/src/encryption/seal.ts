// AES-256-GCM over the text of one row. What is sealed is a nonce, a tag and the cipher text:
//   E1. Each sealing takes a fresh random nonce, so that equal texts never look alike.
//   E2. The row's identity is authenticated with the text: in another row, the same bytes do not open.
import { type KeyObject, createCipheriv, createDecipheriv, randomFillSync } from 'node:crypto'

const algorithm = 'aes-256-gcm'
const nonceLength = 12
const tagLength = 16
const overhead = nonceLength + tagLength

/** How many bytes a key has. Only whole keys are taken, no passwords: there is nothing to derive, or to get wrong. */
export const keyLengthBytes = 32

// Random bytes are drawn for many nonces at once, since a draw costs more than a seal.
const nonces = Buffer.alloc(nonceLength * 256)
let nextNonce = nonces.length

/** The text, closed for everybody who lacks the key. `identity` says which row it is for. */
export function seal(key: KeyObject, text: string, identity: string): Buffer {
  if (nextNonce === nonces.length) {
    randomFillSync(nonces)
    nextNonce = 0
  }
  const nonce = nonces.subarray(nextNonce, (nextNonce += nonceLength))
  const cipher = createCipheriv(algorithm, key, nonce, { authTagLength: tagLength })
  cipher.setAAD(Buffer.from(identity))
  const sealed = cipher.update(text, 'utf8')
  cipher.final() // gives nothing in this mode, but completes the tag
  return Buffer.concat([nonce, cipher.getAuthTag(), sealed], overhead + sealed.length)
}

/** What was sealed; `undefined` when the key is another, the row is another, or a bit of it has changed. */
export function unseal(key: KeyObject, sealed: Uint8Array, identity: string): string | undefined {
  if (sealed.length < overhead) return undefined
  const nonce = sealed.subarray(0, nonceLength)
  const decipher = createDecipheriv(algorithm, key, nonce, { authTagLength: tagLength })
  decipher.setAAD(Buffer.from(identity))
  decipher.setAuthTag(sealed.subarray(nonceLength, overhead))
  const text = decipher.update(sealed.subarray(overhead))
  try {
    decipher.final()
  } catch {
    return undefined // the only thing that it can say is that the tag does not fit
  }
  return text.toString('utf8')
}
