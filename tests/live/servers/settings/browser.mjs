// Judges pages: a list of jobs as JSON on stdin, the list of answers as JSON on stdout.
// A job is { file, scheme, width, height, picture } to look at a page, or { file, client } to lint it.
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { caniemail } from "caniemail";
import { chromium } from "playwright-core";

const AXE = createRequire(import.meta.url).resolve("axe-core/axe.min.js");
const jobs = JSON.parse(readFileSync(0, "utf-8"));
const browser = await chromium.launch({
  executablePath: "/usr/bin/chromium",
  args: ["--no-sandbox", "--disable-gpu", "--disable-background-networking"],
});
try {
  const answers = [];
  for (const job of jobs) answers.push(job.client ? lint(job) : await look(job));
  process.stdout.write(JSON.stringify(answers));
} finally {
  await browser.close();
}

function lint({ file, client }) {
  const { issues } = caniemail({ clients: [client], html: readFileSync(file, "utf-8") });
  return [...new Set([...(issues.errors.get(client) ?? [])].map((issue) => issue.title))].sort();
}

async function look({ file, scheme, width, height, picture }) {
  const page = await browser.newPage({ viewport: { width, height: height || 900 }, colorScheme: scheme });
  const asked = [];
  page.on("request", (request) => asked.push(request.url()));
  await page.goto(`file://${file}`);
  const wide = await page.evaluate(() => document.documentElement.scrollWidth);
  if (picture) await page.screenshot({ path: picture, fullPage: !height });
  await page.addScriptTag({ path: AXE });
  const { violations } = await page.evaluate(() => window.axe.run());
  await page.close();
  const told = violations.map((one) => ({ id: one.id, help: one.help, nodes: one.nodes.map((node) => node.html) }));
  return { violations: told, width: wide, asked: asked.filter((url) => !url.startsWith("file:")) };
}
