/** A name for those who did not say theirs, kept for as long as the tab is open. */
export function nameForNow() {
  const first = ["Amber", "Brisk", "Calm", "Clever", "Merry", "Quiet", "Rosy", "Swift"];
  const last = ["Badger", "Finch", "Hare", "Heron", "Marten", "Otter", "Robin", "Wren"];
  const kept = sessionStorage.getItem("name");
  if (kept !== null) return kept;
  const [a, b] = crypto.getRandomValues(new Uint8Array(2));
  const name = `${first[a % first.length]} ${last[b % last.length]}`;
  sessionStorage.setItem("name", name);
  return name;
}
