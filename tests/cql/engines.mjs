// Translates CQL libraries to ELM and runs each on two engines.
//
// A question is {cql: text, parameters: {name: Boolean | Decimal | String}, charts: [{name: value or null}]}. Each engine
// gives one object for each chart, with its definitions; those with a space in their name are steps on the way and left
// out.

import { CqlTranslator, LibraryManager, ModelManager, createLibrarySourceProvider, stringAsSource } from '@cqframework/cql/cql-to-elm'
import { SystemModelInfoProvider } from '@cqframework/cql/cql'
import { CqlEngine, Environment, EvaluationParams, Boolean as CqlBoolean, Decimal, String as CqlString, iterableToList } from '@cqframework/cql/engine'
import { BigDecimal } from '@cqframework/cql/shared'
import { KtMutableMap, KtMutableSet } from '@cqframework/cql/kotlin-kotlin-stdlib'
import execution from 'cql-execution'

export function managerOf(text) {
  const models = new ModelManager()
  models.modelInfoLoader.registerModelInfoProvider(new SystemModelInfoProvider())
  const libraries = new LibraryManager(models)
  libraries.librarySourceLoader.registerProvider(createLibrarySourceProvider(() => stringAsSource(text)))
  return libraries
}

export function translated(text, libraries) {
  const elm = JSON.parse(CqlTranslator.fromText(text, libraries).toJson())
  const found = (elm.library.annotation ?? []).filter((note) => note.errorSeverity === 'error')
  return { elm, errors: found.map((note) => `line ${note.startLine}: ${note.message}`) }
}

// A parameter that is left out is no null in cql-execution: every one is passed.
function everyParameter(parameters, chart, write = (value) => value) {
  return Object.entries(parameters).map(([name, type]) => [name, chart[name] == null ? null : write(chart[name], type)])
}

const isAnswer = (name) => !name.includes(' ')

export async function withCqlExecution({ parameters, charts }, elm) {
  const library = new execution.Library(elm)
  const run = async (chart) => {
    const given = Object.fromEntries(everyParameter(parameters, chart))
    const executor = new execution.Executor(library, new execution.CodeService({}), given)
    const { unfilteredResults } = await executor.exec(new execution.PatientSource([]))
    return Object.fromEntries(Object.entries(unfilteredResults).filter(([name]) => isAnswer(name)))
  }
  const answers = []
  for (const chart of charts) answers.push(await run(chart))
  return answers
}

const TYPES = {
  Boolean: (value) => new CqlBoolean(value),
  Decimal: (value) => new Decimal(BigDecimal.fromString(String(value))),
  String: (value) => new CqlString(value),
}

function plain(value) {
  if (value == null) return null
  if (value instanceof CqlBoolean || value instanceof CqlString) return value.value
  return [...iterableToList(value.value).asJsReadonlyArrayView()].map(plain)
}

function withCqframework({ parameters, charts }, libraries, names) {
  const wanted = new EvaluationParams.LibraryParams.Builder()
  wanted.expressionsByName(names.filter(isAnswer))
  return charts.map((chart) => {
    const builder = new EvaluationParams.Builder()
    builder.libraryByName('Spinepath', wanted.build())
    const given = everyParameter(parameters, chart, (value, type) => TYPES[type](value))
    builder.parameters = KtMutableMap.fromJsMap(new Map(given))
    // an engine remembers what it worked out, whatever the parameters are next time: each chart has its own
    const caching = KtMutableSet.fromJsSet(new Set([CqlEngine.Options.EnableExpressionCaching]))
    const engine = new CqlEngine(new Environment(libraries), caching)
    const results = engine.evaluate(builder.build()).onlyResultOrThrow.expressionResults.asJsReadonlyMapView()
    return Object.fromEntries([...results].map(([name, result]) => [name, plain(result.value)]))
  })
}

export async function answered(question) {
  const libraries = managerOf(question.cql)
  const { elm, errors } = translated(question.cql, libraries)
  if (errors.length) return { errors }
  const names = elm.library.statements.def.filter((one) => one.type !== 'FunctionDef').map((one) => one.name)
  return {
    errors,
    'cql-execution': await withCqlExecution(question, elm),
    '@cqframework/cql': withCqframework(question, libraries, names),
  }
}
