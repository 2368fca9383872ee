/* Draws the charts of a page from the JSON beside them. The data comes with its own words, so that no text lives here. */
"use strict";

const PALETTE = { issued: "#0d6b5c", taken_back: "#b8382b", redeemed: "#d98a1f", returned: "#7fa8a0", expired: "#8a9692", up: "#0d6b5c", down: "#b8382b", kept: "#b9c5c0" };
const TIERS = ["#b4c4be", "#7fa8a0", "#3f8578", "#0a4d42", "#062f29", "#031a17"];
const number = new Intl.NumberFormat(document.documentElement.lang);
const short = new Intl.NumberFormat(document.documentElement.lang, { notation: "compact", maximumFractionDigits: 1 });

const text = { fontFamily: getComputedStyle(document.body).fontFamily, color: "#4a5753", fontSize: 12 };
const tooltip = { trigger: "axis", renderMode: "richText", confine: true, axisPointer: { type: "shadow", shadowStyle: { color: "rgba(23,33,30,.05)" } }, textStyle: { ...text, color: "#17211e" }, valueFormatter: (value) => number.format(value) };

function bars(data) {
  return {
    textStyle: text,
    tooltip,
    legend: { type: "scroll", top: 0, left: 0, icon: "roundRect", itemWidth: 12, itemHeight: 8, itemGap: 18, textStyle: text },
    grid: { left: 4, right: 20, top: 36, bottom: 4, containLabel: true },
    xAxis: { type: "category", data: data.labels, axisTick: { show: false }, axisLine: { lineStyle: { color: "#d5dcd8" } }, axisLabel: { color: "#65716d", hideOverlap: true } },
    yAxis: { type: "value", splitNumber: 4, minInterval: 1, axisLabel: { color: "#65716d", formatter: (value) => short.format(value) }, splitLine: { lineStyle: { color: "#eef1ef" } } },
    series: data.series.map((series, place) => ({
      name: series.name, type: "bar", data: series.values, stack: data.stacked ? "all" : undefined, barMaxWidth: data.stacked ? 26 : 14, barGap: "20%",
      itemStyle: { color: PALETTE[series.code] || OTHERS[place % OTHERS.length], borderRadius: data.stacked ? 0 : [2, 2, 0, 0] },
    })),
  };
}

function ladder(data) {
  const total = data.values.reduce((sum, value) => sum + value, 0) || 1;
  return {
    textStyle: text,
    tooltip: { ...tooltip, axisPointer: { type: "none" } },
    grid: { left: 4, right: 110, top: 4, bottom: 4, containLabel: true },
    xAxis: { type: "value", show: false },
    yAxis: { type: "category", inverse: true, data: data.labels, axisTick: { show: false }, axisLine: { show: false }, axisLabel: { color: "#17211e", fontSize: 13, margin: 14 } },
    series: [{
      name: data.name, type: "bar", barMaxWidth: 38,
      label: { show: true, position: "right", color: "#17211e", fontSize: 13, formatter: (item) => `${number.format(item.value)}  ${(item.value * 100 / total).toFixed(1)}%` },
      data: data.values.map((value, rank) => ({ value, itemStyle: { color: TIERS[Math.min(rank, TIERS.length - 1)], borderRadius: 4 } })),
    }],
  };
}

/* Colours of what has none of its own: told apart by people who see few colours, too. */
const OTHERS = ["#0d6b5c", "#d98a1f", "#476a8c", "#6a3fa0", "#b8382b", "#7fa8a0", "#8a6410", "#8a9692"];
const axes = (data) => ({
  grid: { left: 4, right: 20, top: 36, bottom: 4, containLabel: true },
  legend: { type: "scroll", top: 0, left: 0, icon: "roundRect", itemWidth: 12, itemHeight: 8, itemGap: 18, textStyle: text, data: data.series.map((series) => series.name) },
  xAxis: { type: "category", data: data.labels, boundaryGap: false, axisTick: { show: false }, axisLine: { lineStyle: { color: "#d5dcd8" } }, axisLabel: { color: "#65716d", hideOverlap: true } },
  yAxis: { type: "value", splitNumber: 4, axisLabel: { color: "#65716d", formatter: (value) => short.format(value) }, splitLine: { lineStyle: { color: "#eef1ef" } } },
});

/* Lines over time; a series with `low` and `high` stands in its band, one with `dashed` is not what happened but what is expected. */
function lines(data) {
  const series = [];
  data.series.forEach((each, place) => {
    const color = PALETTE[each.code] || OTHERS[place % OTHERS.length];
    if (each.low) {
      const band = { type: "line", stack: `band-${place}`, symbol: "none", lineStyle: { opacity: 0 }, silent: true, tooltip: { show: false } };
      series.push({ ...band, data: each.low });
      series.push({ ...band, data: each.high.map((high, at) => (high === null ? null : high - each.low[at])), areaStyle: { color, opacity: .14 } });
    }
    series.push({ name: each.name, type: "line", data: each.values, symbol: "none", connectNulls: false, lineStyle: { color, width: 2, type: each.dashed ? "dashed" : "solid" }, itemStyle: { color } });
  });
  return { textStyle: text, tooltip: { ...tooltip, axisPointer: { type: "line" } }, ...axes(data), series };
}

/* Shares of a whole over time, from the lowest tier. */
function areas(data) {
  return {
    textStyle: text, tooltip: { ...tooltip, axisPointer: { type: "line" } }, ...axes(data),
    series: data.series.map((each, place) => ({
      name: each.name, type: "line", stack: "all", data: each.values, symbol: "none", lineStyle: { width: 0 },
      areaStyle: { color: TIERS[Math.min(place, TIERS.length - 1)], opacity: .92 }, itemStyle: { color: TIERS[Math.min(place, TIERS.length - 1)] },
    })),
  };
}

/* Who went from which tier to which: nodes are "before|CODE" and "after|CODE". */
function flow(data) {
  const shown = (item) => (item.dataType === "edge" ? `${data.names[item.data.source]} → ${data.names[item.data.target]}  ${number.format(item.value)}` : `${data.names[item.name]}  ${number.format(item.value)}`);
  return {
    textStyle: text,
    tooltip: { renderMode: "richText", confine: true, textStyle: { ...text, color: "#17211e" }, formatter: shown },
    series: [{
      type: "sankey", left: 4, right: 120, top: 8, bottom: 8, nodeWidth: 14, nodeGap: 12, draggable: false, emphasis: { focus: "adjacency" },
      data: data.nodes.map((each) => ({ name: each.name, itemStyle: { color: TIERS[Math.min(each.rank, TIERS.length - 1)] } })),
      links: data.links, lineStyle: { color: "source", opacity: .32, curveness: .5 },
      label: { color: "#17211e", fontSize: 12, formatter: (item) => `${data.names[item.name]}  ${number.format(item.value)}` },
    }],
  };
}

/* What each assumption moves, low and high about the middle, the widest first. */
function tornado(data) {
  const bar = (name, values, color) => ({ name, type: "bar", stack: "all", barMaxWidth: 18, data: values, itemStyle: { color } });
  return {
    textStyle: text, tooltip,
    legend: { top: 0, left: 0, icon: "roundRect", itemWidth: 12, itemHeight: 8, itemGap: 18, textStyle: text },
    grid: { left: 4, right: 20, top: 36, bottom: 4, containLabel: true },
    xAxis: { type: "value", splitNumber: 4, axisLabel: { color: "#65716d", hideOverlap: true, formatter: (value) => short.format(value).replace("-", "−") }, splitLine: { lineStyle: { color: "#eef1ef" } } },
    yAxis: { type: "category", inverse: true, data: data.labels, axisTick: { show: false }, axisLine: { show: false }, axisLabel: { color: "#17211e", width: 150, overflow: "break" } },
    series: data.series.map((each, place) => bar(each.name, each.values, place ? "#d98a1f" : "#0d6b5c")),
  };
}

const SHAPES = { bars, ladder, lines, areas, flow, tornado };
const drawn = [];

document.querySelectorAll("[data-chart]").forEach((place) => {
  const data = JSON.parse(document.getElementById(place.dataset.chart).textContent);
  const chart = echarts.init(place);
  chart.setOption({ animation: false, ...SHAPES[data.shape](data) });
  drawn.push([place, chart]);
});

const watcher = new ResizeObserver(() => drawn.forEach(([place, chart]) => place.clientWidth && chart.resize()));
drawn.forEach(([place]) => watcher.observe(place));
