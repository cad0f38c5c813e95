/** How every page is built; tools/build.mjs says which folder, for which address, and where to. */
import { defineConfig } from 'vite';

export default defineConfig({
  logLevel: 'warn',
  publicDir: false,
  worker: { format: 'es' },
  build: {
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
