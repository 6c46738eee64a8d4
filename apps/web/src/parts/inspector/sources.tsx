interface SourcesProps {
  readonly sources: readonly string[];
  readonly label?: string;
}

/** Where something is laid down. RFCs can be followed; nothing is fetched before they are. */
export function Sources({ sources, label }: SourcesProps) {
  const found = sources.flatMap((source) => source.split(", ")).filter(Boolean);
  if (found.length === 0) return null;
  return (
    <span class="sources soft small">
      {label !== undefined && `${label} `}
      {found.map((source, index) => {
        const [, rfc, section] = /^RFC (\d+)(?: §([\d.]+))?$/.exec(source) ?? [];
        const name = (
          <>
            {index > 0 && ", "}
            {rfc === undefined ? (
              source
            ) : (
              <a
                href={`https://www.rfc-editor.org/rfc/rfc${rfc}${section === undefined ? "" : `#section-${section}`}`}
                target="_blank"
                rel="noopener noreferrer"
              >
                {source}
              </a>
            )}
          </>
        );
        return <span key={source}>{name}</span>;
      })}
    </span>
  );
}
