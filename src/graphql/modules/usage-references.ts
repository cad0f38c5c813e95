/** What rows of usage refer to: each kind is read once for all rows, and only where the operation asks for it. */
import { Kind } from 'graphql';
import type { FieldNode, GraphQLResolveInfo, SelectionSetNode } from 'graphql';
import { Ctx, FieldResolver, Resolver, Root } from 'type-graphql';

import type { GatewayContext } from '../context.js';
import { QuarantinedRecord } from '../types/quarantine.js';
import { Destination, toDestination, toResource } from '../types/usage.js';
import type { ReferenceIds, ReferencesOf } from '../types/usage.js';
import {
  CspSubscription,
  Registration,
  toCspSubscription,
  toMeter,
  toRegistration,
  toStackSubscription,
  toTenant,
} from '../types/who.js';

type Asked = Pick<GraphQLResolveInfo, 'fieldNodes' | 'fragments'>;
/** Rows by row id, as the API shows them. */
type Shown<Item> = (id: number | null | undefined) => Item | null | Error;

/** Loads what an operation asks for of the things that these rows refer to. */
export async function loadReferences(
  { loaders }: Pick<GatewayContext, 'loaders'>,
  info: Asked,
  rows: readonly ReferenceIds[],
): Promise<ReferencesOf> {
  const asked = fieldsBelow(info);
  // Whose a stack subscription is, is part of it.
  const leadsOn = rows.some(({ tenantId, registrationId }) => tenantId === undefined || registrationId === undefined);
  const needsStack = asked.has('stackSubscription') || (leadsOn && (asked.has('tenant') || asked.has('registration')));
  const stackSubscription = await shown(
    needsStack,
    rows.map((row) => row.stackSubscriptionId),
    loaders.stackSubscription,
    toStackSubscription,
  );
  const ofStack = (id: number | null) => {
    const found = stackSubscription(id);
    return found instanceof Error ? null : found;
  };
  const tenantIdOf = ({ tenantId, stackSubscriptionId }: ReferenceIds) =>
    tenantId === undefined ? ofStack(stackSubscriptionId)?.tenantRowId : tenantId;
  const registrationIdOf = ({ registrationId, stackSubscriptionId }: ReferenceIds) =>
    registrationId === undefined ? ofStack(stackSubscriptionId)?.registrationId : registrationId;
  const [tenant, registration, meter, resource, destination] = await Promise.all([
    shown(asked.has('tenant'), asked.has('tenant') ? rows.map(tenantIdOf) : [], loaders.tenant, toTenant),
    shown(
      asked.has('registration'),
      asked.has('registration') ? rows.map(registrationIdOf) : [],
      loaders.registration,
      toRegistration,
    ),
    shown(
      asked.has('meter'),
      rows.map((row) => row.meterId),
      loaders.meter,
      toMeter,
    ),
    shown(
      asked.has('resource'),
      rows.map((row) => row.resourceId),
      loaders.resource,
      toResource,
    ),
    shown(
      asked.has('destination') || asked.has('from'),
      rows.map((row) => row.destinationId),
      loaders.destination,
      toDestination,
    ),
  ]);
  return (ids) => ({
    stackSubscription: stackSubscription(ids.stackSubscriptionId),
    tenant: asked.has('tenant') ? tenant(tenantIdOf(ids)) : NOT_LOADED,
    registration: asked.has('registration') ? registration(registrationIdOf(ids)) : NOT_LOADED,
    meter: meter(ids.meterId) ?? NO_METER,
    resource: resource(ids.resourceId),
    destination: destination(ids.destinationId),
  });
}

const NOT_LOADED = new Error('A field was asked for that was not loaded.');
const NO_METER = new Error('A meter that usage names does not exist.');

async function shown<Row, Item>(
  isAsked: boolean,
  ids: readonly (number | null | undefined)[],
  loader: { load(id: number): Promise<Row | null> },
  show: (row: Row) => Item,
): Promise<Shown<Item>> {
  if (!isAsked) return () => NOT_LOADED;
  const items = new Map<number, Item | null>();
  const distinct = [...new Set(ids)].filter((id) => id != null);
  const rows = await Promise.all(distinct.map((id) => loader.load(id)));
  rows.forEach((row, index) => items.set(distinct[index] ?? 0, row === null ? null : show(row)));
  return (id) => (id == null ? null : (items.get(id) ?? null));
}

/** Names of all fields that are asked for below a field, at any depth: more than its rows have, never fewer. */
function fieldsBelow({ fieldNodes, fragments }: Asked): ReadonlySet<string> {
  const [node] = fieldNodes;
  const known = node && fieldNodes.length === 1 ? below.get(node) : undefined;
  if (known !== undefined) return known;
  const names = new Set<string>();
  const spread = new Set<string>();
  const addAll = (selectionSet: SelectionSetNode | undefined): void => {
    for (const selection of selectionSet?.selections ?? []) {
      if (selection.kind === Kind.FRAGMENT_SPREAD) {
        if (spread.has(selection.name.value)) continue;
        spread.add(selection.name.value);
        addAll(fragments[selection.name.value]?.selectionSet);
      } else {
        if (selection.kind === Kind.FIELD) names.add(selection.name.value);
        addAll(selection.selectionSet);
      }
    }
  };
  for (const { selectionSet } of fieldNodes) addAll(selectionSet);
  if (node && fieldNodes.length === 1) below.set(node, names);
  return names;
}

/** A node belongs to one document, and so to its fragments; it goes with them. */
const below = new WeakMap<FieldNode, ReadonlySet<string>>();

@Resolver(() => Destination)
export class DestinationReferences {
  @FieldResolver(() => CspSubscription, {
    nullable: true,
    description: 'The CSP subscription; null on the base subscription.',
  })
  async cspSubscription(@Root() { cspSubscriptionRowId }: Destination, @Ctx() { loaders }: GatewayContext) {
    const row = cspSubscriptionRowId === null ? null : await loaders.cspSubscription.load(cspSubscriptionRowId);
    return row === null ? null : toCspSubscription(row);
  }
}

@Resolver(() => QuarantinedRecord)
export class QuarantinedRecordReferences {
  @FieldResolver(() => Registration, { nullable: true, description: 'Stamp for which it was sent.' })
  async registration(@Root() { registrationRowId }: QuarantinedRecord, @Ctx() { loaders }: GatewayContext) {
    const row = await loaders.registration.load(registrationRowId);
    return row === null ? null : toRegistration(row);
  }
}
