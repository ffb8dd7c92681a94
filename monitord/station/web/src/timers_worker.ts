// Keeps time for a page that is hidden: browsers slow a hidden page's own timers to one a minute, a worker's they don't.
onmessage = ({ data }: MessageEvent<{ id: number; ms: number }>) => {
  setTimeout(() => postMessage(data.id), data.ms);
};
