// The Bluesky network of one machine: a directory of identities and a PDS; with DATABASE_URL, an AppView too.
import net from 'node:net'
import { TestBsky, TestBsync, TestPds, TestPlc, mockNetworkUtilities } from '@atproto/dev-env'

// The servers listen on every interface and let nobody say otherwise.
const listen = net.Server.prototype.listen
net.Server.prototype.listen = function (where, ...more) {
  const options = typeof where === 'object' ? where : { port: Number(where) }
  return listen.call(this, { ...options, host: '127.0.0.1' }, ...more.filter((one) => typeof one === 'function'))
}

const { PLC_PORT, PDS_PORT, APPVIEW_PORT, DATABASE_URL } = process.env
const KEY = 'throw-away-key'

async function startAppView(plc) {
  const bsync = await TestBsync.create({ apiKeys: [KEY], dbUrl: DATABASE_URL, dbSchema: 'bsync' })
  return TestBsky.create({
    port: Number(APPVIEW_PORT),
    publicUrl: `http://localhost:${APPVIEW_PORT}`,
    plcUrl: plc.url,
    repoProvider: `ws://localhost:${PDS_PORT}`,
    bsyncUrl: bsync.url,
    bsyncApiKey: KEY,
    dbPostgresUrl: DATABASE_URL,
    dbPostgresSchema: 'appview',
  })
}

const plc = await TestPlc.create({ port: Number(PLC_PORT) })
const appview = DATABASE_URL && (await startAppView(plc))
const pds = await TestPds.create({
  port: Number(PDS_PORT),
  hostname: 'localhost',
  didPlcUrl: plc.url,
  enableDidDocWithSession: true,
  ...(appview && { bskyAppViewUrl: appview.url, bskyAppViewDid: appview.serverDid }),
})
mockNetworkUtilities(pds, appview)
console.log('ready')
