import axe from "axe-core";
import type { TestPage } from "./browsers.ts";

/** What axe complains of, in light and in dark, as short lines; empty when all is well. */
export async function complaints({ page }: TestPage): Promise<string> {
  const found: string[] = [];
  await page.evaluate(axe.source);
  for (const value of ["light", "dark"]) {
    // Nothing fades while it is looked at.
    await page.emulateMediaFeatures([
      { name: "prefers-color-scheme", value },
      { name: "prefers-reduced-motion", value: "reduce" },
    ]);
    const results = await page.evaluate(async () => {
      const { violations } = await (window as unknown as { axe: typeof axe }).axe.run(document, {
        resultTypes: ["violations"],
      });
      return violations.flatMap(({ id, nodes }) =>
        nodes.map(({ target, failureSummary }) => `${id} ${target.join(" ")}: ${failureSummary}`),
      );
    });
    found.push(...results.map((line) => `${value}: ${line}`));
  }
  return found.join("\n");
}
