import { buildPage } from './server/build-page.ts'
import { startPlayground } from './server/playground.ts'

const { url } = await startPlayground({ files: await buildPage() })
console.log(`\nThe playground is at ${url}\nPress Ctrl+C to stop it.`)
