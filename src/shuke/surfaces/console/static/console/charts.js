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
    series: data.series.map((series) => ({
      name: series.name, type: "bar", data: series.values, stack: data.stacked ? "all" : undefined, barMaxWidth: data.stacked ? 26 : 14, barGap: "20%",
      itemStyle: { color: PALETTE[series.code], borderRadius: data.stacked ? 0 : [2, 2, 0, 0] },
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

const SHAPES = { bars, ladder };
const drawn = [];

document.querySelectorAll("[data-chart]").forEach((place) => {
  const data = JSON.parse(document.getElementById(place.dataset.chart).textContent);
  const chart = echarts.init(place);
  chart.setOption({ animation: false, ...SHAPES[data.shape](data) });
  drawn.push([place, chart]);
});

const watcher = new ResizeObserver(() => drawn.forEach(([place, chart]) => place.clientWidth && chart.resize()));
drawn.forEach(([place]) => watcher.observe(place));
