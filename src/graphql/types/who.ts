import { Field, ID, InterfaceType, ObjectType } from 'type-graphql';

import { BaseOfferEnum, BillingModelEnum, RegistrationStateEnum, UsageIntakeEnum } from './enums.js';
import type { Meter as MeterRow } from '../../metering/meter.entity.js';
import { hourStart } from '../../primitives/windows.js';
import type { BaseOffer, BillingModel } from '../../registration/billing-model.js';
import type { Registration as RegistrationRow } from '../../registration/registration.entity.js';
import { booksFromOf } from '../../registration/registration-state.js';
import type { RegistrationState } from '../../registration/registration-state.js';
import type { UsageIntake } from '../../registration/usage-intake.js';
import type { MappingHistoryRow } from '../../tenancy/tenancy-store.js';
import type {
  CspSubscription as CspSubscriptionRow,
  Reseller as ResellerRow,
  StackSubscription as StackSubscriptionRow,
  Tenant as TenantRow,
} from '../../tenancy/tenancy.entity.js';
import { nodeId } from '../paging/node-id.js';
import type { NodeType } from '../paging/node-id.js';
import { DateTime, LocalDate, UUID } from '../scalars.js';

@InterfaceType({
  description: 'Anything that can be fetched again by its id.',
  autoRegisterImplementations: false,
  resolveType: ({ nodeType }: Node) => nodeType,
})
export abstract class Node {
  @Field(() => ID, { description: 'Opaque and stable. Fetch it again with `node`.' })
  id!: string;
  /** Tells the types of the interface apart. */
  nodeType!: NodeType;
}

@ObjectType({ simpleResolvers: true, description: "Where a registration's books begin, and whether they have begun." })
export class RegistrationBooks {
  @Field(() => RegistrationStateEnum, { description: 'Whether days close.' })
  state!: RegistrationState;
  @Field(() => LocalDate, {
    nullable: true,
    description:
      'First reported day of the books. Days before it are history: counted and closed like others, and in no report. Null where every day belongs to the books, and while they are set up and neither a person nor the collection from the stamp has said it.',
  })
  booksFrom!: number | null;
  @Field(() => DateTime, {
    nullable: true,
    description: 'When they were opened; null while they are set up, and where they were open from the start.',
  })
  openedAt!: number | null;
}

@ObjectType({
  simpleResolvers: true,
  implements: Node,
  description: 'One Azure Stack Hub stamp and its base registration in Azure.',
})
export class Registration extends Node {
  @Field(() => String, { description: 'Unique; compared without case.' })
  name!: string;
  @Field(() => UUID, { description: 'Identifies the stamp (CloudDeploymentID).' })
  cloudId!: string;
  @Field(() => UUID, {
    nullable: true,
    description: "The registration's own Azure subscription: billed for all usage that no mapping covers.",
  })
  baseSubscriptionId!: string;
  @Field(() => BaseOfferEnum, { nullable: true, description: 'Offer of the base subscription.' })
  baseOffer!: BaseOffer;
  @Field(() => String, { nullable: true, description: 'Azure resource group of the registration resource.' })
  resourceGroup!: string;
  @Field(() => BillingModelEnum, { nullable: true, description: 'How the stamp is licensed.' })
  billingModel!: BillingModel;
  @Field(() => String, { nullable: true, description: 'Partner to whom the base subscription rolls up.' })
  partnerId!: string | null;
  @Field(() => Boolean, { nullable: true, description: 'Whether Microsoft has approved it for multitenancy.' })
  isMultitenancyApproved!: boolean;
  @Field(() => Boolean, { nullable: true, description: 'Whether its usage goes to Azure Commerce.' })
  isUsageReportingEnabled!: boolean;
  @Field(() => String, { nullable: true, description: 'Agreement of a capacity registration.' })
  agreementNumber!: string | null;
  @Field(() => String, { nullable: true, description: 'Asset tag of a custom registration.' })
  msAssetTag!: string | null;
  @Field(() => UsageIntakeEnum, { nullable: true, description: 'How its usage comes in.' })
  usageIntake!: UsageIntake;
  @Field(() => LocalDate, {
    nullable: true,
    description: 'Reported days before this one are closed; null while none is.',
  })
  closedBefore!: number | null;
  @Field(() => RegistrationBooks, {
    nullable: true,
    description: 'Where its books begin, and whether they have begun.',
  })
  books!: RegistrationBooks;
  @Field(() => DateTime, { description: 'When it was created here.' })
  createdAt!: number;
  @Field(() => String, { nullable: true, description: 'Who created it.' })
  createdBy!: string;
  rowId!: number;
}

/** A registration as the API shows it. */
export function toRegistration(row: RegistrationRow): Registration {
  const booksFrom = booksFromOf(row);
  return {
    ...row,
    id: nodeId('Registration', row.id),
    nodeType: 'Registration',
    rowId: row.id,
    baseSubscriptionId: row.baseSubscriptionGuid,
    closedBefore: row.closedBeforeDay === 0 ? null : row.closedBeforeDay,
    books: { state: row.state, booksFrom: booksFrom === 0 ? null : booksFrom, openedAt: row.openedAt },
  };
}

@ObjectType({ simpleResolvers: true, implements: Node, description: "A customer's directory on one registration." })
export class Tenant extends Node {
  @Field(() => UUID, { description: 'Id of the directory in Microsoft Entra.' })
  tenantId!: string;
  @Field(() => String, { description: 'Name for people.' })
  name!: string;
  @Field(() => DateTime, { description: 'When it was registered here.' })
  createdAt!: number;
  @Field(() => String, { nullable: true, description: 'Who registered it.' })
  createdBy!: string;
  rowId!: number;
  registrationId!: number;
  resellerId!: number | null;
}

/** A tenant as the API shows it. */
export function toTenant(row: TenantRow): Tenant {
  const { id, registrationId, resellerId, name, createdBy } = row;
  return {
    id: nodeId('Tenant', id),
    nodeType: 'Tenant',
    tenantId: row.tenantGuid,
    name,
    createdAt: row.createdAt,
    createdBy,
    rowId: id,
    registrationId,
    resellerId,
  };
}

@ObjectType({
  simpleResolvers: true,
  implements: Node,
  description:
    "A step of a tenant's billing history: from an hour on, its usage is billed to a CSP subscription, or, where there is none, to the base subscription again.",
})
export class TenantMapping extends Node {
  @Field(() => DateTime, { description: 'First usage hour that it decides.' })
  effectiveFrom!: number;
  @Field(() => DateTime, {
    nullable: true,
    description: 'Exclusive. Null while nothing follows, and for a superseded step.',
  })
  effectiveTo!: number | null;
  @Field({ description: 'True when a later change replaced it. It is kept: closed days may have been billed by it.' })
  isSuperseded!: boolean;
  @Field(() => DateTime, { description: 'When it was decided.' })
  createdAt!: number;
  @Field(() => String, { nullable: true, description: 'Who decided it.' })
  createdBy!: string;
  tenantRowId!: number;
  cspSubscriptionRowId!: number | null;
}

/** A step of the mapping history, which holds until the next one begins. */
export function toTenantMapping(row: MappingHistoryRow): TenantMapping {
  return {
    id: nodeId('TenantMapping', row.tenantId, row.id),
    nodeType: 'TenantMapping',
    effectiveFrom: hourStart(row.effectiveFrom).getTime(),
    effectiveTo: row.effectiveTo === null ? null : hourStart(row.effectiveTo).getTime(),
    isSuperseded: row.isSuperseded,
    createdAt: row.createdAt,
    createdBy: row.createdBy,
    tenantRowId: row.tenantId,
    cspSubscriptionRowId: row.cspSubscriptionId,
  };
}

@ObjectType({ simpleResolvers: true, implements: Node, description: 'An indirect partner that owns some tenants.' })
export class Reseller extends Node {
  @Field(() => String, { description: 'Unique; compared without case.' })
  name!: string;
  @Field(() => String, { nullable: true, description: 'Its partner id at Microsoft.' })
  partnerId!: string | null;
  @Field(() => DateTime, { description: 'When it was registered here.' })
  createdAt!: number;
}

/** A reseller as the API shows it. */
export function toReseller(row: ResellerRow): Reseller {
  const { name, partnerId } = row;
  const createdAt = row.createdAt;
  return { id: nodeId('Reseller', row.id), nodeType: 'Reseller', name, partnerId, createdAt };
}

@ObjectType({
  simpleResolvers: true,
  implements: Node,
  description: "A customer's Azure subscription under the partner: where mapped usage is billed.",
})
export class CspSubscription extends Node {
  @Field(() => UUID, { description: 'Id of the Azure subscription.' })
  cspSubscriptionId!: string;
  @Field(() => String, { description: 'Name for people.' })
  name!: string;
  @Field(() => BaseOfferEnum, { description: 'Offer of the subscription; only CSP can be mapped.' })
  offer!: BaseOffer;
  @Field(() => String, { description: 'Partner to whom it rolls up.' })
  partnerId!: string;
  @Field(() => DateTime, { description: 'When it was made known here.' })
  createdAt!: number;
  registrationId!: number;
  tenantRowId!: number;
}

/** A CSP subscription as the API shows it. */
export function toCspSubscription(row: CspSubscriptionRow): CspSubscription {
  const { name, offer, partnerId, registrationId } = row;
  return {
    id: nodeId('CspSubscription', row.id),
    nodeType: 'CspSubscription',
    cspSubscriptionId: row.cspSubscriptionGuid,
    name,
    offer,
    partnerId,
    createdAt: row.createdAt,
    registrationId,
    tenantRowId: row.tenantId,
  };
}

@ObjectType({
  simpleResolvers: true,
  implements: Node,
  description: 'A user subscription on the stamp. It appears with its first usage; whose it is, someone says later.',
})
export class StackSubscription extends Node {
  @Field(() => UUID, { description: 'Id of the subscription on the stamp.' })
  stackSubscriptionId!: string;
  @Field(() => String, { nullable: true, description: 'Name for people, where someone gave one.' })
  name!: string | null;
  @Field(() => DateTime, { description: 'When it was first seen here.' })
  firstSeenAt!: number;
  rowId!: number;
  registrationId!: number;
  tenantRowId!: number | null;
}

/** A stack subscription as the API shows it, with the tenant it is assigned to now. */
export function toStackSubscription(row: StackSubscriptionRow): StackSubscription {
  return {
    id: nodeId('StackSubscription', row.id),
    nodeType: 'StackSubscription',
    stackSubscriptionId: row.stackSubscriptionGuid,
    name: row.name,
    firstSeenAt: row.firstSeenAt,
    rowId: row.id,
    registrationId: row.registrationId,
    tenantRowId: row.tenantId,
  };
}

@ObjectType({
  simpleResolvers: true,
  implements: Node,
  description: 'What is measured. Ids that no list of Microsoft names are kept as they came.',
})
export class Meter extends Node {
  @Field(() => UUID, { description: 'Id of the meter.' })
  meterId!: string;
  @Field(() => String, { nullable: true, description: "Name in Microsoft's list, or as an operator gave it." })
  name!: string | null;
  @Field(() => String, { nullable: true, description: 'What a quantity of 1 is.' })
  unit!: string | null;
  @Field(() => String, { nullable: true, description: 'Part of the product.' })
  category!: string | null;
  @Field(() => String, { nullable: true, description: 'Azure resource provider that emits it.' })
  resourceProvider!: string | null;
  @Field(() => String, { nullable: true, description: 'What exactly is counted.' })
  description!: string | null;
  @Field({ description: 'True for ids that Microsoft replaced, but stamps still send.' })
  isDeprecated!: boolean;
  @Field(() => String, { nullable: true, description: 'How amounts of several hours add up.' })
  quantityRule!: string | null;
  @Field(() => String, {
    description: '"yes", "no" or "unknown": whether Microsoft bills it; inferred but for App Service.',
  })
  billedByMicrosoft!: string;
  @Field({ description: 'False for ids that usage named, and that no list and no operator described.' })
  isKnown!: boolean;
}

/** A meter as the API shows it. */
export function toMeter(row: MeterRow): Meter {
  return { ...row, id: nodeId('Meter', row.id), nodeType: 'Meter', meterId: row.meterGuid };
}
