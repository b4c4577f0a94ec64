import { fileURLToPath } from 'node:url'
import type { NextConfig } from 'next'

export default {
  // Latchkey comes from this repository, which is above the app. An app that has installed it needs none of this.
  turbopack: { root: fileURLToPath(new URL('../..', import.meta.url)) },
} satisfies NextConfig
