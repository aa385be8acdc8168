// Makes jose.json, the vectors of PeerTests: records that the npm package `jose` (MIT) signed with our header, and a record of ours that it
// verified. Everything of ours comes from peer.json, which PeerTests leaves in the folder `Peer` of the test's output:
//
//   npm install jose && node jose.mjs peer.json > jose.json
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { CompactSign, calculateJwkThumbprint, compactVerify, importJWK, jwtVerify } from 'jose';

const input = JSON.parse(readFileSync(process.argv[2], 'utf8'));
const { d, ...publicJwk } = input.key;
const publicKey = await importJWK(publicJwk, 'ES256');
const privateKey = await importJWK(input.key, 'ES256');
const kid = await calculateJwkThumbprint(publicJwk, 'sha256');

// Ours: the signature, the header and the claims, as any JOSE library sees them. Any of these throws if it is wrong.
for (const record of input.records) {
  const { protectedHeader } = await compactVerify(record.compact, publicKey, { algorithms: ['ES256'] });
  await jwtVerify(record.compact, publicKey, { algorithms: ['ES256'], typ: record.typ, audience: input.project, currentDate: new Date(0) });
  if (protectedHeader.kid !== kid)
    throw new Error(`kid is ${protectedHeader.kid}, not the thumbprint ${kid}`);
}

// Theirs: the same claims under our header, its members in the order that this object has.
const signed = [];
for (const { typ, payload } of input.records) {
  const compact = await new CompactSign(new TextEncoder().encode(payload)).setProtectedHeader({ alg: 'ES256', typ, kid }).sign(privateKey);
  signed.push({ typ, compact });
}

const require = createRequire(import.meta.url);
const version = JSON.parse(readFileSync(require.resolve('jose').replace(/jose[\\/]dist[\\/].*$/, 'jose/package.json'), 'utf8')).version;
console.log(JSON.stringify({ generator: `jose ${version}, node ${process.version}`, project: input.project, kid, key: publicJwk, verified: input.records, signed }, null, 2));
