/** The rule of what a registration that is sent to Azure's API says. Pure. */
import { invalidProperty } from './arm-error.js';
import { MalformedJson, isJsonObject, parseExactJson } from '../pipeline/ingestion/exact-json.js';
import type { JsonObject, JsonValue } from '../pipeline/ingestion/exact-json.js';
import { BILLING_MODELS } from '../registration/billing-model.js';
import type { BillingModel } from '../registration/billing-model.js';

/** What was said of a stamp; undefined: nothing. */
export interface RegistrationInput {
  readonly cloudId: string | undefined;
  readonly billingModel: BillingModel | undefined;
  readonly isUsageReportingEnabled: boolean | undefined;
  readonly agreementNumber: string | undefined;
  readonly msAssetTag: string | undefined;
}

/** The words of Azure's registration script. */
export const BILLING_MODEL_ON_WIRE: Readonly<Record<BillingModel, string>> = {
  PAY_AS_YOU_USE: 'PayAsYouUse',
  CAPACITY: 'Capacity',
  DEVELOPMENT: 'Development',
  CUSTOM: 'Custom',
  RUGGEDIZED: 'Ruggedized',
};

/** Tokens of stamps are some hundred characters long. */
const TOKEN_LENGTH_MAX = 16_384;

/**
 * Reads `properties` of a registration: a registration token, as a stamp makes it and Microsoft's script sends it, or
 * the properties that a registration is answered with. Of a token Microsoft shows that it is JSON in base64 with a
 * CloudId; the other names are those of the parameters by which its script has it made. What else is in it is left
 * alone. Throws InvalidProperty.
 */
export function readRegistration(properties: JsonObject): RegistrationInput {
  const token = properties['registrationToken'] ?? null;
  const said = token === null ? properties : tokenOf(token);
  const read = (name: string) => Object.entries(said).find(([key]) => key.toLowerCase() === name.toLowerCase())?.[1];
  return {
    cloudId: textOf('cloudId', read('cloudId')),
    billingModel: billingModelOf(textOf('billingModel', read('billingModel'))),
    isUsageReportingEnabled: flagOf('usageReportingEnabled', read('usageReportingEnabled')),
    agreementNumber: textOf('agreementNumber', read('agreementNumber')),
    msAssetTag: textOf('msAssetTag', read('msAssetTag')),
  };
}

function tokenOf(token: JsonValue): JsonObject {
  const refusal = () => invalidProperty('properties.registrationToken', 'is no registration token: JSON in base64.');
  if (typeof token !== 'string' || token.length > TOKEN_LENGTH_MAX) throw refusal();
  // Scripts read tokens from files, with the line breaks of those.
  const bytes = Buffer.from(token.trim(), 'base64');
  try {
    const said = parseExactJson(bytes.toString('utf8').replace(/^\uFEFF/, ''));
    if (isJsonObject(said)) return said;
  } catch (error) {
    if (!(error instanceof MalformedJson)) throw error;
  }
  throw refusal();
}

/** Scripts send what was not said as an empty text. */
function textOf(name: string, value: JsonValue | undefined): string | undefined {
  if (value == null || value === '') return undefined;
  if (typeof value === 'string') return value;
  throw invalidProperty(`properties.${name}`, 'is a string.');
}

function flagOf(name: string, value: JsonValue | undefined): boolean | undefined {
  if (value == null || value === '') return undefined;
  if (typeof value === 'boolean') return value;
  const text = typeof value === 'string' ? value.toLowerCase() : '';
  if (text === 'true' || text === 'false') return text === 'true';
  throw invalidProperty(`properties.${name}`, 'is true or false.');
}

function billingModelOf(text: string | undefined): BillingModel | undefined {
  if (text === undefined) return undefined;
  const found = BILLING_MODELS.find((model) => BILLING_MODEL_ON_WIRE[model].toLowerCase() === text.toLowerCase());
  if (found !== undefined) return found;
  throw invalidProperty('properties.billingModel', `is one of ${Object.values(BILLING_MODEL_ON_WIRE).join(', ')}.`);
}
