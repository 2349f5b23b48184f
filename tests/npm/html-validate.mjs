// Reads a JSON list of HTML documents, writes a JSON list of what html-validate says of each.
import { readFileSync } from 'node:fs'
import { HtmlValidate, StaticConfigLoader } from 'html-validate'

const judge = new HtmlValidate(new StaticConfigLoader({
  extends: ['html-validate:recommended'],
  rules: {
    // What an email needs for Outlook on Windows and for programs without <style>.
    'no-conditional-comment': 'off',
    'no-inline-style': 'off',
    'no-deprecated-attr': 'off',
    'prefer-native-element': ['error', { exclude: ['article'] }],
    // Of no meaning in an email: no search engine shows its title.
    'long-title': 'off',
  },
}))
const answers = []
for (const source of JSON.parse(readFileSync(0, 'utf8'))) {
  const report = await judge.validateString(source)
  answers.push(report.results.flatMap(({ messages }) => messages.map(
    ({ ruleId, message, line, column }) => [ruleId, message, source.split('\n')[line - 1].slice(Math.max(0, column - 60), column + 120)])))
}
process.stdout.write(JSON.stringify(answers))
