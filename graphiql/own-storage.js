/**
 * Local storage under a prefix of our own. Every GraphiQL that was ever served from this host and
 * port shares "graphiql:…", and its old tabs would stand where our first example belongs.
 */
const prefix = 'usage-gateway:';

const ownKeys = () => Object.keys(localStorage).filter((key) => key.startsWith(prefix));

export const ownStorage = {
  getItem: (key) => localStorage.getItem(prefix + key),
  setItem: (key, value) => localStorage.setItem(prefix + key, value),
  removeItem: (key) => localStorage.removeItem(prefix + key),
  clear: () => ownKeys().forEach((key) => localStorage.removeItem(key)),
  get length() {
    return ownKeys().length;
  },
};
