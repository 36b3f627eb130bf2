/** Builds the console into `dist/console`, which the portal serves. */
import react from '@vitejs/plugin-react';
import { defineConfig } from 'vite';

export default defineConfig({
  plugins: [react()],
  resolve: { conditions: ['leads-source', 'module', 'browser', 'development|production'] },
  build: { outDir: 'dist/console', emptyOutDir: true, sourcemap: false, assetsInlineLimit: 0 },
});
