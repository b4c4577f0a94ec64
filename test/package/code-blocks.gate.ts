import { readdirSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import ts from 'typescript'
import { describe, expect, it } from 'vitest'
import { listingsIn } from './code-blocks.ts'
import { withScope } from './example-scope.ts'
import { ROOT } from './packed.ts'

const COMPILED = ['ts', 'tsx']
const PARSED = ['js']
/** Nothing that a compiler could tell of. */
const OTHERS = ['sh', 'json', 'text']

const documents = ['.', 'docs/guides', 'examples', 'src'].flatMap((folder) =>
  readdirSync(join(ROOT, folder), { recursive: folder !== '.', encoding: 'utf8' })
    .filter((path) => /\.(md|ts)$/.test(path) && !/node_modules|\.next/.test(path))
    .map((path) => join(folder, path)),
)
const listings = documents.flatMap((document) =>
  listingsIn(document, readFileSync(join(ROOT, document), 'utf8')).map(({ language, lines }, index) => {
    const text = document.endsWith('.ts') ? withScope(lines) : lines.join('\n')
    // A block that begins with a file's name is that file to the blocks beside it.
    const [, name] = /^\s*\/\/ ([\w-]+\.tsx?)\n/.exec(text) ?? []
    const file = join(ROOT, name ? join(dirname(document), name) : `${document}.${index}.${language}`)
    return { document, language, file, text }
  }),
)
const program = compile(
  new Map(
    listings.filter(({ language }) => COMPILED.includes(language)).map(({ file, text }) => [file, text]),
  ),
)

/** Compiles modules that are not on the disk, as tests are compiled. */
function compile(modules: ReadonlyMap<string, string>): ts.Program {
  const { config } = ts.readConfigFile(join(ROOT, 'tsconfig.test.json'), ts.sys.readFile)
  const { options } = ts.parseJsonConfigFileContent({ ...config, files: [], include: [] }, ts.sys, ROOT)
  Object.assign(options, { jsx: ts.JsxEmit.ReactJSX, noUnusedLocals: false, noUnusedParameters: false })
  const host = ts.createCompilerHost(options)
  const { fileExists, readFile } = host
  host.fileExists = (path) => modules.has(path) || fileExists(path)
  host.readFile = (path) => modules.get(path) ?? readFile(path)
  return ts.createProgram([...modules.keys()], options, host)
}

/** What is wrong with a program, at the lines of the document that it stands in. */
function faults({ document, language, file, text }: (typeof listings)[number]): readonly string[] {
  const found = COMPILED.includes(language)
    ? ts.getPreEmitDiagnostics(program, program.getSourceFile(file))
    : (ts.transpileModule(text, { fileName: file, reportDiagnostics: true }).diagnostics ?? [])
  return found.map(({ file: source, start = 0, messageText }) => {
    const line = (source?.getLineAndCharacterOfPosition(start).line ?? 0) + 1
    return `${document}:${line} ${ts.flattenDiagnosticMessageText(messageText, ' ')}`
  })
}

describe('a reader who copies a code block', () => {
  it.each([...new Set(listings.map(({ document }) => document))])('of %s gets a program', (document) => {
    const own = listings.filter((listing) => listing.document === document)
    const known = [...COMPILED, ...PARSED, ...OTHERS]
    expect(own.map(({ language }) => language).filter((language) => !known.includes(language))).toEqual([])
    const programs = own.filter(({ language }) => !OTHERS.includes(language))
    expect(programs.flatMap(faults)).toEqual([])
  })

  it('of a doc comment too: each @example is a block', () => {
    const bare = documents.filter((document) =>
      /^ *\* @example(?:(?!```|\* @|\*\/)[\s\S])*(?:\* @|\*\/)/m.test(
        readFileSync(join(ROOT, document), 'utf8'),
      ),
    )
    expect(bare).toEqual([])
  })
})
