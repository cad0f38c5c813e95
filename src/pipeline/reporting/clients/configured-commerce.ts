import { fileCommerce } from './file-commerce.js';
import { httpsCommerce } from './https-commerce.js';
import type { CommerceClient } from '../commerce-client.js';
import type { CommerceConfig } from '../../../config/commerce.js';
import type { Clock } from '../../../primitives/clock.js';

/** The client that the configuration names; null when closed usage is to wait. */
export function configuredCommerce(config: CommerceConfig, clock: Clock): CommerceClient | null {
  switch (config.client) {
    case 'none':
      return null;
    case 'file':
      return fileCommerce(config.folder);
    case 'https': {
      const { url, timeoutMs, signIn } = config;
      return httpsCommerce({ url, timeoutMs, credentials: signIn === null ? null : { ...signIn, timeoutMs } }, clock);
    }
  }
}
