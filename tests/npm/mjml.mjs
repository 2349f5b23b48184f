// Reads a JSON list of MJML sources, writes a JSON list of what npm's mjml makes of them.
import { readFileSync } from 'node:fs'
import mjml from 'mjml'

const sources = JSON.parse(readFileSync(0, 'utf8'))
const made = []
for (const source of sources) {
  const { html, errors } = await mjml(source, { fonts: {}, validationLevel: 'soft', keepComments: true })
  made.push({ html, errors: errors.map((error) => error.formattedMessage) })
}
process.stdout.write(JSON.stringify(made))
