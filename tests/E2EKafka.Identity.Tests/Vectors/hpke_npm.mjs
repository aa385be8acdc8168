// Makes hpke_npm.json with the npm packages hpke and @panva/hpke-noble, or hpke_opened_by_npm.json: what they opened that this library sealed.
//
//   npm install hpke@1.1.7 @panva/hpke-noble@1.0.3
//   node hpke_npm.mjs make > hpke_npm.json
//   node hpke_npm.mjs open sealed.json > hpke_opened_by_npm.json      (what the test ForeignHpkeTests.Seals_for_the_foreign_peer prints)
import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { CipherSuite } from 'hpke'
import { AEAD_AES_256_GCM, KDF_HKDF_SHA256, KEM_DHKEM_P256_HKDF_SHA256, KEM_MLKEM768_P256 } from '@panva/hpke-noble'

const kems = { 'mlkem768-p256': KEM_MLKEM768_P256, 'p256': KEM_DHKEM_P256_HKDF_SHA256 }
const suiteOf = (algorithm) => new CipherSuite(kems[algorithm], KDF_HKDF_SHA256, AEAD_AES_256_GCM)
const hex = (bytes) => Buffer.from(bytes).toString('hex')
const bytes = (text) => new Uint8Array(Buffer.from(text, 'hex'))
const fixed = (name) => new Uint8Array(createHash('sha256').update(`E2EKafka vector: ${name}`).digest())

async function make() {
  const vectors = []
  for (const algorithm of Object.keys(kems)) {
    const suite = suiteOf(algorithm)
    for (const size of [0, 32, 300]) {
      const ikm = fixed(`${algorithm} ${size}`)
      const { privateKey, publicKey } = await suite.DeriveKeyPair(ikm, true)
      const info = size === 0 ? new Uint8Array() : new TextEncoder().encode(`info of ${size}`)
      const aad = size === 0 ? new Uint8Array() : new TextEncoder().encode(`aad of ${size}`)
      const plaintext = new Uint8Array(size).map((_, i) => (i * 7 + 1) & 0xff)
      const { encapsulatedSecret, ciphertext } = await suite.Seal(publicKey, plaintext, { info, aad })
      vectors.push({
        algorithm,
        ikm: hex(ikm),
        privateKey: hex(await suite.SerializePrivateKey(privateKey)),
        publicKey: hex(await suite.SerializePublicKey(publicKey)),
        info: hex(info),
        aad: hex(aad),
        plaintext: hex(plaintext),
        enc: hex(encapsulatedSecret),
        ciphertext: hex(ciphertext),
      })
    }
  }
  console.log(JSON.stringify({ source: 'npm hpke 1.1.7 with @panva/hpke-noble 1.0.3 (MIT)', vectors }, null, 1))
}

async function open(file) {
  const vectors = []
  for (const vector of JSON.parse(readFileSync(file, 'utf8')).vectors) {
    const suite = suiteOf(vector.algorithm)
    const key = await suite.DeserializePrivateKey(bytes(vector.privateKey), true)
    const opened = await suite.Open(key, bytes(vector.enc), bytes(vector.ciphertext), { info: bytes(vector.info), aad: bytes(vector.aad) })
    if (hex(opened) !== vector.plaintext) throw new Error(`${vector.algorithm}: another plaintext`)
    vectors.push({ ...vector, plaintext: hex(opened) })
  }
  console.log(JSON.stringify({ source: 'E2EKafka; plaintexts by npm hpke 1.1.7 with @panva/hpke-noble 1.0.3 (MIT)', vectors }, null, 1))
}

await (process.argv[2] === 'open' ? open(process.argv[3]) : make())
