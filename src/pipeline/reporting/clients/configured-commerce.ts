import { fileCommerce } from './file-commerce.js';
import type { ClientCredentials } from './client-credentials.js';
import { httpsCommerce } from './https-commerce.js';
import { marketplaceCommerce } from './marketplace-commerce.js';
import type { CommerceClient } from '../commerce-client.js';
import type { CommerceConfig, EndpointConfig } from '../../../config/commerce.js';
import type { Clock } from '../../../primitives/clock.js';

/** The client that the configuration names; null when closed usage is to wait. */
export function configuredCommerce(config: CommerceConfig, clock: Clock): CommerceClient | null {
  switch (config.client) {
    case 'none':
      return null;
    case 'file':
      return fileCommerce(config.folder);
    case 'https':
      return httpsCommerce({ ...config, credentials: credentialsOf(config) }, clock);
    case 'marketplace':
      return marketplaceCommerce({ ...config, credentials: credentialsOf(config) }, clock);
  }
}

function credentialsOf({ signIn, timeoutMs }: EndpointConfig): ClientCredentials | null {
  return signIn === null ? null : { ...signIn, timeoutMs };
}
