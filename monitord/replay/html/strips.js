// Strips of a recording: all share their time, so that a part chosen in one is shown in all. Where two sides are
// compared, lanes of alarms and limits say of which. What is folded is drawn when it is opened.
(() => {
  "use strict";
  const colours = { high: "#d00", medium: "#e6a700", low: "#17a2b8" };
  const [own, beside] = ["#4a90d9", "#9b59b6"];
  const dashes = { "": [6, 4], A: [6, 4], B: [2, 3] };
  const grey = "rgba(128,128,128,.18)";
  const utc = (seconds) => new Date(seconds * 1000).toISOString().slice(11, 19);
  const shown = new Map();

  // Where rows are missing no line is drawn: nobody knows what was between.
  function gapped({ t, v }, usual) {
    const [times, values] = [[], []];
    t.forEach((at, n) => {
      if (n > 0 && at - t[n - 1] > usual) {
        times.push((at + t[n - 1]) / 2);
        values.push(null);
      }
      times.push(at);
      values.push(v[n]);
    });
    return [times, values];
  }

  function draw(session) {
    const recording = JSON.parse(session.querySelector("script").textContent);
    const place = session.querySelector(".strips");
    const shared = uPlot.sync(`session ${shown.size}`);
    const plots = [];

    function showPart(from, to) {
      for (const plot of plots) plot.setScale("x", { min: from, max: to });
    }

    function lookAt(from, to) {
      showPart(from - 120, Math.min(to + 120, from + 3600));
      place.scrollIntoView();
    }

    const wait = { left: false };
    const follow = {
      hooks: {
        setScale: [
          (plot, key) => {
            if (key !== "x" || wait.left) return;
            wait.left = true;
            const { min, max } = plot.scales.x;
            for (const other of plots) if (other !== plot) other.setScale("x", { min, max });
            wait.left = false;
          },
        ],
      },
    };

    function box(plot, from, to, paint) {
      const { left, top, width, height } = plot.bbox;
      const a = Math.max(left, plot.valToPos(from, "x", true));
      const b = Math.min(left + width, plot.valToPos(to, "x", true));
      if (b >= a) paint(plot.ctx, a, b, top, height, left, width);
    }

    // Phases by their bounds, what staff did as ticks, where nothing was read in grey.
    function background(signal) {
      return (plot) => {
        const ctx = plot.ctx;
        ctx.save();
        if (signal) {
          const usual = signal.usual;
          let before = recording.from;
          const gap = (from, to) =>
            box(plot, from, to, (c, a, b, top, height) => {
              c.fillStyle = grey;
              c.fillRect(a, top, b - a, height);
            });
          signal.t.forEach((t, n) => {
            if (signal.v[n] === null) return;
            if (t - before > usual) gap(before, t);
            before = t;
          });
          if (recording.to - before > usual) gap(before, recording.to);
        }
        recording.phases.forEach((phase) =>
          box(plot, phase.at, phase.at, (c, a, _b, top, height) => {
            c.strokeStyle = "#06c";
            c.setLineDash([2, 4]);
            c.beginPath();
            c.moveTo(a, top);
            c.lineTo(a, top + height);
            c.stroke();
          }),
        );
        ctx.restore();
      };
    }

    function limitLines(signal) {
      return (plot) => {
        const ctx = plot.ctx;
        ctx.save();
        ctx.lineWidth = 1.5;
        for (const limit of signal.limits) {
          ctx.setLineDash(dashes[limit.side]);
          ctx.strokeStyle = colours[limit.priority];
          const y = plot.valToPos(limit.value, "y", true);
          for (const [from, to] of limit.spans)
            box(plot, from, to ?? recording.to, (c, a, b, top, height) => {
              if (y < top || y > top + height) return;
              c.beginPath();
              c.moveTo(a, y);
              c.lineTo(b, y);
              c.stroke();
            });
        }
        ctx.restore();
      };
    }

    const width = () => Math.max(320, place.clientWidth - 8);
    const axes = [
      { stroke: "#888", grid: { stroke: grey }, values: (_plot, ticks) => ticks.map(utc) },
      // As wide as the longest name of a rule, so that one time stands above another.
      { stroke: "#888", grid: { stroke: grey }, size: 150 },
    ];

    function strip(title, height, data, series, hooks, y) {
      const plot = new uPlot(
        {
          title,
          width: width(),
          height,
          class: "strip",
          legend: { show: false },
          cursor: { sync: { key: shared.key }, drag: { x: true, y: false } },
          scales: { x: { time: true, min: recording.from, max: recording.to }, y },
          axes,
          series,
          hooks,
          plugins: [follow],
        },
        data,
        place,
      );
      plot.setScale("x", { min: recording.from, max: recording.to });
      plots.push(plot);
      shared.sub(plot);
      return plot;
    }

    const under = document.createElement("p");
    under.className = "under";
    place.append(under);

    // One lane an alarm's rule, a bar from its start to its end, in the colour of its priority.
    const laneOf = (alarm) => (alarm.side ? `${alarm.rule} ${alarm.side}` : alarm.rule);
    const lanes = [...new Set(recording.alarms.map(laneOf))];
    if (recording.alarms.some((alarm) => alarm.side)) lanes.sort().reverse();
    function alarmBars(plot) {
      const ctx = plot.ctx;
      ctx.save();
      for (const alarm of recording.alarms) {
        const lane = lanes.indexOf(laneOf(alarm));
        const y = plot.valToPos(lane + 0.25, "y", true);
        const y2 = plot.valToPos(lane + 0.75, "y", true);
        alarm.lines.forEach((line, n) => {
          const to = alarm.lines[n + 1]?.at ?? alarm.to ?? recording.to;
          box(plot, line.at, Math.max(to, line.at), (c, a, b) => {
            c.globalAlpha = line.part ? 0.25 : 1;
            c.fillStyle = colours[line.priority];
            c.fillRect(a, y2, Math.max(2, b - a), y - y2);
          });
        });
      }
      ctx.globalAlpha = 1;
      ctx.strokeStyle = "#06c";
      for (const entry of recording.staff)
        box(plot, entry.at, entry.at, (c, a, _b, top, height) => {
          c.beginPath();
          c.moveTo(a, top);
          c.lineTo(a, top + height);
          c.stroke();
        });
      ctx.restore();
    }
    if (lanes.length > 0 || recording.staff.length > 0) {
      const plot = strip(
        "Alarms by rule, and what staff did",
        90 + lanes.length * 18,
        [
          [recording.from, recording.to],
          [null, null],
        ],
        [{}, { show: false }],
        { drawClear: [background(null)], draw: [alarmBars] },
        { range: [0, Math.max(1, lanes.length)] },
      );
      plot.axes[1].values = (_plot, ticks) => ticks.map((tick) => (Number.isInteger(tick - 0.5) ? lanes[tick - 0.5] : ""));
      plot.axes[1].splits = () => lanes.map((_, n) => n + 0.5);
      plot.redraw(false, true);
    }

    for (const signal of recording.signals) {
      const steps = signal.t.slice(1).map((t, n) => t - signal.t[n]);
      const middle = [...steps].sort((a, b) => a - b)[steps.length >> 1] ?? 1;
      // As long as 2.5 intervals a reading speaks.
      signal.usual = Math.max(2.5 * middle, 1);
      const unit = signal.unit ? ` (${signal.unit})` : "";
      const words = signal.limits.map((limit) => `${limit.side} ${limit.priority} ${limit.words}`.trim()).join(", ");
      const line = (stroke) => ({ stroke, width: 1.2, spanGaps: false, points: { show: middle > 30, size: 5 } });
      const both = signal.beside !== null;
      const data = gapped(signal, signal.usual);
      strip(
        `${signal.label}${unit}${both ? " A blue, B purple" : ""}${words ? `: ${words}` : ""}`,
        170,
        both ? uPlot.join([data, gapped(signal.beside, signal.usual)], [[1, 2], [1, 2]]) : data,
        both ? [{}, line(own), line(beside)] : [{}, line(own)],
        { drawClear: [background(signal)], draw: [limitLines(signal)] },
        { range: (_plot, low, high) => [Math.floor((low ?? 0) - 2), Math.ceil((high ?? 1) + 2)] },
      );
    }

    // What stands under the cursor, in words.
    function phaseAt(t) {
      return recording.phases.filter((phase) => phase.at <= t).at(-1)?.name ?? "";
    }
    for (const plot of plots)
      plot.over.addEventListener("mousemove", () => {
        const t = plot.posToVal(plot.cursor.left, "x");
        const values = recording.signals.map((signal) => {
          let n = signal.t.findIndex((at) => at > t);
          n = (n < 0 ? signal.t.length : n) - 1;
          const fresh = n >= 0 && t - signal.t[n] <= signal.usual && signal.v[n] !== null;
          return `${signal.label} ${fresh ? signal.v[n] : "no reading"}`;
        });
        const alarms = recording.alarms
          .filter((alarm) => alarm.from <= t && t <= (alarm.to ?? recording.to))
          .map((alarm) => `${alarm.side} ${alarm.lines.filter((line) => line.at <= t).at(-1)?.text ?? alarm.rule}`.trim());
        const near = (plot.scales.x.max - plot.scales.x.min) / 100;
        const staff = recording.staff.filter((entry) => Math.abs(entry.at - t) < near).map((entry) => entry.text);
        under.textContent = [utc(t), phaseAt(t), ...values, ...alarms, ...staff].filter(Boolean).join(" · ");
      });

    const list = session.querySelector(".alarms");
    if (recording.alarms.length === 0) list.textContent = "none";
    for (const alarm of recording.alarms) {
      const details = document.createElement("details");
      details.className = alarm.priority;
      const summary = document.createElement("summary");
      const end = alarm.to === null ? "to the end" : `${Math.round(alarm.to - alarm.from)} s`;
      summary.textContent = `${utc(alarm.from)} ${laneOf(alarm)}, ${alarm.priority}, ${end}`;
      const go = document.createElement("button");
      go.textContent = "show";
      go.addEventListener("click", (event) => {
        event.preventDefault();
        lookAt(alarm.from, alarm.to ?? recording.to);
      });
      summary.append(go);
      const table = document.createElement("table");
      for (const line of alarm.lines) {
        const row = table.insertRow();
        const part = line.part ? `part of ${line.part}` : "";
        for (const text of [utc(line.at), line.event, line.priority, line.text, part]) row.insertCell().textContent = text;
      }
      details.append(summary, table);
      list.append(details);
    }
    addEventListener("resize", () => plots.forEach((plot) => plot.setSize({ width: width(), height: plot.height })));
    return lookAt;
  }

  // Draws a session once; what it gives shows a part of it.
  function opened(session) {
    if (!shown.has(session)) shown.set(session, draw(session));
    return shown.get(session);
  }

  for (const session of document.querySelectorAll(".session")) {
    if (session.tagName !== "DETAILS") opened(session);
    else session.addEventListener("toggle", () => session.open && opened(session));
  }
  for (const button of document.querySelectorAll("button[data-look-at]"))
    button.addEventListener("click", () => {
      const session = document.querySelector(`.session[data-session="${CSS.escape(button.dataset.of)}"]`);
      session.open = true;
      const at = Number(button.dataset.lookAt);
      opened(session)(at, at);
    });
})();
