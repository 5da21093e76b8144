// How long cql-execution takes for each chart, when the library has been translated and run once.
//
// node cql.mjs QUESTION ANSWER: QUESTION is a JSON file with one question (tests/cql/engines.mjs); ANSWER is written as
// {errors: [text], seconds: number, answers: [{definition: value}]}.

import fs from 'node:fs'
import { managerOf, translated, withCqlExecution } from '../tests/cql/engines.mjs'

const [question, answer] = process.argv.slice(2)
const asked = JSON.parse(fs.readFileSync(question, 'utf8'))
const { elm, errors } = translated(asked.cql, managerOf(asked.cql))
let seconds = null
let answers = []
if (!errors.length) {
  await withCqlExecution({ ...asked, charts: asked.charts.slice(0, 20) }, elm)
  const begun = performance.now()
  answers = await withCqlExecution(asked, elm)
  seconds = (performance.now() - begun) / 1000
}
fs.writeFileSync(answer, JSON.stringify({ errors, seconds, answers }))
