import { dayNamed } from './registration-books-command.js';
import { ArgumentError } from './exit.js';
import { withBooks } from './open-books.js';
import { COMMAND_LINE } from '../access/actor.js';
import { insertFallbackDestinations } from '../pipeline/routing/routing-store.js';
import { BASE_OFFERS, BILLING_MODELS } from '../registration/billing-model.js';
import { createRegistration } from '../registration/create-registration.js';
import { USAGE_INTAKES } from '../registration/usage-intake.js';

/** Creates a registration, by the same rules as the mutation. */
export async function registrationCommand(
  name: string,
  options: {
    readonly cloudId: string;
    readonly baseSubscription: string;
    readonly billingModel: string;
    readonly baseOffer: string;
    readonly partner?: string;
    readonly multitenancy?: boolean;
    readonly usageIntake: string;
    readonly agreementNumber?: string;
    readonly assetTag?: string;
    readonly booksFrom?: string;
  },
): Promise<void> {
  const billingModel = oneOf(BILLING_MODELS, options.billingModel, '--billing-model');
  const baseOffer = oneOf(BASE_OFFERS, options.baseOffer, '--base-offer');
  const usageIntake = oneOf(USAGE_INTAKES, options.usageIntake, '--usage-intake');
  const booksFrom = options.booksFrom === undefined ? undefined : dayNamed(options.booksFrom, '--books-from');
  await withBooks(async (app) => {
    const created = await createRegistration(
      app,
      {
        name,
        cloudId: options.cloudId,
        baseSubscriptionId: options.baseSubscription,
        baseOffer,
        billingModel,
        partnerId: options.partner,
        isMultitenancyApproved: options.multitenancy,
        usageIntake,
        agreementNumber: options.agreementNumber,
        msAssetTag: options.assetTag,
        booksFrom,
        by: COMMAND_LINE,
      },
      insertFallbackDestinations,
    );
    console.log(`Created registration ${created.name} (${created.billingModel}). Its books are being set up.`);
    console.log(
      `Nothing closes until you open them. What that would close: usage-gateway books preview ${created.name}`,
    );
  });
}

function oneOf<Value extends string>(values: readonly Value[], text: string, option: string): Value {
  const value = values.find((candidate) => candidate === text.toUpperCase());
  if (value === undefined) throw new ArgumentError(`${option} is one of ${values.join(', ')}.`);
  return value;
}
