// Runs CQL libraries on two engines.
//
// node run.mjs QUESTIONS ANSWERS: QUESTIONS is a JSON file with a list of questions (engines.mjs); ANSWERS is written as a
// list of {errors: [text], "cql-execution": [{definition: value}], "@cqframework/cql": [{definition: value}]}.

import fs from 'node:fs'
import { answered } from './engines.mjs'

const [questions, answers] = process.argv.slice(2)
const found = []
for (const question of JSON.parse(fs.readFileSync(questions, 'utf8'))) found.push(await answered(question))
fs.writeFileSync(answers, JSON.stringify(found))
