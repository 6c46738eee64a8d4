import { useEffect } from "preact/hooks";
import { say } from "./speech.ts";

/** The terms, each with an address of its own: `/learn#term-ice`. */
export function GlossaryBox() {
  const { title, terms } = say().glossary;
  useEffect(() => {
    // The browser looked for it before it was here.
    const show = () => {
      const wanted = location.hash.slice(1);
      if (wanted.startsWith("term-")) document.getElementById(wanted)?.scrollIntoView({ block: "center" });
    };
    show();
    addEventListener("hashchange", show);
    return () => removeEventListener("hashchange", show);
  }, []);
  return (
    <section class="learn-glossary" aria-labelledby="glossary-title">
      <h2 id="glossary-title">{title}</h2>
      <dl>
        {terms.map(({ id, term, text }) => (
          <div key={id} id={`term-${id}`}>
            <dt>{term}</dt>
            <dd>{text}</dd>
          </div>
        ))}
      </dl>
    </section>
  );
}
