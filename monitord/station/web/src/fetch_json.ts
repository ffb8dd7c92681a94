// What the daemon says to a question. A cut connection is no answer, whether before its head or within its body.

const WITHIN_MS = 8000;

export async function read<T>(path: string, within = WITHIN_MS): Promise<T | null> {
  try {
    const answer = await fetch(path, { signal: AbortSignal.timeout(within) });
    return answer.ok ? ((await answer.json()) as T) : null;
  } catch {
    return null;
  }
}
