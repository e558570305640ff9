import react from '@vitejs/plugin-react';
import { defineConfig } from 'vite';

/** The web client. `node server/main.ts` serves what this builds; there is no development server with its own rules. */
export default defineConfig({
  plugins: [react()],
  publicDir: 'client/public',
  build: {
    outDir: 'dist/client',
    emptyOutDir: true,
    target: 'es2022',
    // Unseen exam content must not be found in source maps; there are none.
    sourcemap: false,
    chunkSizeWarningLimit: 900,
  },
});
