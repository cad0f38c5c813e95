/** Types that `node` can find again by their id. */
const NODE_TYPES = [
  'Registration',
  'Tenant',
  'TenantMapping',
  'Reseller',
  'CspSubscription',
  'StackSubscription',
  'Meter',
  'UsageAggregate',
  'UsageRecord',
  'QuarantinedRecord',
  'UsageReport',
] as const;
export type NodeType = (typeof NODE_TYPES)[number];

/** What an id stands for: a type and its key. Ids are opaque to callers, but no secret: rows are guarded by scope. */
export interface NodeKey {
  readonly type: NodeType;
  readonly key: readonly (number | string)[];
}

const ID_LENGTH_MAX = 256;

/** The opaque global id of a row, by its type and key. */
export function nodeId(type: NodeType, ...key: readonly (number | string)[]): string {
  let text: string = type;
  for (const part of key) text += `:${part}`;
  return Buffer.from(text).toString('base64url');
}

/** Null for anything that is no id of ours: it is answered like something that does not exist. */
export function parseNodeId(id: string): NodeKey | null {
  if (id.length > ID_LENGTH_MAX) return null;
  const [type, ...parts] = Buffer.from(id, 'base64url').toString('utf8').split(':');
  const known = NODE_TYPES.find((name) => name === type);
  if (known === undefined || parts.length === 0) return null;
  const key = parts.map((part) => (/^-?\d{1,15}$/.test(part) ? Number(part) : part));
  return nodeId(known, ...key) === id ? { type: known, key } : null;
}
