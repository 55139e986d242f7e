// Looks at one page: `look FILE SCHEME WIDTH [PICTURE]` or `lint FILE CLIENT`; the answer is JSON.
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";

const [what, file, ...words] = process.argv.slice(2);
const answer = what === "lint" ? await lint(...words) : await look(...words);
process.stdout.write(JSON.stringify(answer));

async function lint(client) {
  const { caniemail } = await import("caniemail");
  const { issues } = caniemail({ clients: [client], html: readFileSync(file, "utf-8") });
  const titles = (found) => [...new Set([...(found.get(client) ?? [])].map((issue) => issue.title))].sort();
  return { errors: titles(issues.errors), warnings: titles(issues.warnings) };
}

async function look(scheme, width, picture) {
  const { chromium } = await import("playwright-core");
  const browser = await chromium.launch({
    executablePath: "/usr/bin/chromium",
    args: ["--no-sandbox", "--disable-gpu", "--disable-background-networking"],
  });
  try {
    const page = await browser.newPage({ viewport: { width: Number(width), height: 900 }, colorScheme: scheme });
    const asked = [];
    page.on("request", (request) => asked.push(request.url()));
    await page.goto(`file://${file}`);
    const wide = await page.evaluate(() => document.documentElement.scrollWidth);
    if (picture) await page.screenshot({ path: picture, fullPage: true });
    await page.addScriptTag({ path: createRequire(import.meta.url).resolve("axe-core/axe.min.js") });
    const { violations } = await page.evaluate(() => window.axe.run());
    const told = violations.map((one) => ({ id: one.id, help: one.help, nodes: one.nodes.map((node) => node.html) }));
    return { violations: told, width: wide, asked: asked.filter((url) => !url.startsWith("file:")) };
  } finally {
    await browser.close();
  }
}
