/** Hand a file to the browser, which keeps it as it keeps all downloads. */
export function keepFile(blob: Blob, name: string): void {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(blob);
  link.download = name;
  link.click();
  // The browser may read it after the click has returned.
  setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
}
