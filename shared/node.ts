import { z } from 'zod'

/** Key of a managed node in the registry. */
export const NodeId = z.uuid()
export type NodeId = z.infer<typeof NodeId>

/** How OCM logs in. The secret itself (password, passphrase) is only ever in the keychain. */
export const Auth = z.discriminatedUnion('method', [
  z.object({ method: z.literal('password') }),
  z.object({ method: z.literal('key'), keyPath: z.string().min(1).max(1024) }),
  z.object({ method: z.literal('agent') }),
])
export type Auth = z.infer<typeof Auth>

const label = z.string().trim().min(1).max(64)
const host = z
  .string()
  .trim()
  .min(1)
  .max(253)
  .regex(/^[A-Za-z0-9._:%-]+$/, 'A host name or address')
const user = z
  .string()
  .trim()
  .min(1)
  .max(64)
  .regex(/^[^\s:@/\\]+$/, 'A login name')
const tag = z
  .string()
  .trim()
  .min(1)
  .max(32)
  .regex(/^[^,]+$/, 'A tag without commas')

/** What the admin types to add or edit a node. No secrets. */
export const NodeInput = z.object({
  label,
  host,
  port: z.number().int().min(1).max(65535).default(22),
  user,
  auth: Auth,
  tags: z.array(tag).max(20).default([]),
  isProtected: z.boolean().default(false),
})
export type NodeInput = z.infer<typeof NodeInput>

/** A node as stored in the registry. */
export const NodeRecord = NodeInput.extend({
  id: NodeId,
  createdAt: z.iso.datetime(),
  /** Set for nodes of the demo fleet; shown everywhere. */
  isDemo: z.boolean(),
})
export type NodeRecord = z.infer<typeof NodeRecord>

/** Kinds of secret a node can have in the keychain. */
export const SecretKind = z.enum(['password', 'passphrase', 'sudo'])
export type SecretKind = z.infer<typeof SecretKind>

/** One loan of a secret, for the line "secret held for 0.2 s at 14:03:11". */
export const SecretUse = z.object({
  nodeId: NodeId,
  kind: SecretKind,
  at: z.iso.datetime(),
  heldMs: z.number().nonnegative(),
})
export type SecretUse = z.infer<typeof SecretUse>

/** A host key as the server showed it. `fingerprint` is `SHA256:<base64 without padding>` as OpenSSH prints it. */
export const HostKey = z.object({ type: z.string(), fingerprint: z.string(), firstSeenAt: z.iso.datetime().optional() })
export type HostKey = z.infer<typeof HostKey>

/** Stages of a first contact, in order. */
export const TestStageName = z.enum(['name', 'port', 'host-key', 'login', 'node', 'openclaw'])
export type TestStageName = z.infer<typeof TestStageName>

/** One stage's verdict. `text` is a readable sentence. For `host-key` with state `ask` or `changed`, `hostKey` is set. */
export const TestStage = z.object({
  stage: TestStageName,
  state: z.enum(['running', 'ok', 'failed', 'ask', 'changed', 'skipped']),
  text: z.string(),
  hint: z.string().optional(),
  hostKey: HostKey.optional(),
  knownHostKey: HostKey.optional(),
})
export type TestStage = z.infer<typeof TestStage>
