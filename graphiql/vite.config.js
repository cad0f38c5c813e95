import { fileURLToPath } from 'node:url';

import { defineConfig } from 'vite';

const folder = (path) => fileURLToPath(new URL(path, import.meta.url));

export default defineConfig({
  root: folder('.'),
  base: '/graphiql/',
  logLevel: 'warn',
  publicDir: false,
  oxc: { jsx: { runtime: 'automatic' } },
  worker: { format: 'es' },
  build: {
    outDir: folder('../dist/graphiql'),
    emptyOutDir: true,
    sourcemap: false,
    // Monaco is that large, and it is served from the same machine.
    chunkSizeWarningLimit: 4096,
    reportCompressedSize: false,
    rolldownOptions: {
      // How long a plugin took is for whoever writes one.
      checks: { pluginTimings: false },
      onLog(level, log, report) {
        // Packages written for React servers say "use client", which means nothing here.
        if (log.code !== 'MODULE_LEVEL_DIRECTIVE') report(level, log);
      },
    },
  },
});
