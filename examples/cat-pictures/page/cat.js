/** A cat for those who have none at hand, no two alike. */
export function drawCat() {
  const canvas = Object.assign(document.createElement("canvas"), { width: 480, height: 360 });
  const pen = canvas.getContext("2d");
  const [wall, fur, look, lean] = crypto.getRandomValues(new Uint8Array(4));
  pen.fillStyle = `hsl(${wall * 1.4} 35% 84%)`;
  pen.fillRect(0, 0, 480, 360);
  const coat = `hsl(${20 + (fur % 25)} ${20 + (fur % 50)}% ${28 + (fur % 40)}%)`;
  const shape = (color, ...points) => {
    pen.fillStyle = color;
    pen.beginPath();
    for (const [x, y] of points) pen.lineTo(x, y);
    pen.fill();
  };
  const oval = (color, x, y, width, height) => {
    pen.fillStyle = color;
    pen.beginPath();
    pen.ellipse(x, y, width, height, 0, 0, 7);
    pen.fill();
  };
  oval(coat, 240, 380, 150, 120);
  shape(coat, [130, 190], [140, 50], [230, 120]);
  shape(coat, [350, 190], [340, 50], [250, 120]);
  shape("#e8a6a1", [150, 150], [155, 85], [200, 120]);
  shape("#e8a6a1", [330, 150], [325, 85], [280, 120]);
  oval(coat, 240, 200, 120, 105);
  const side = (lean % 17) - 8;
  for (const x of [195, 285]) {
    oval("#fbf6e6", x, 185, 27, 24);
    oval(`hsl(${80 + look / 3} 55% 42%)`, x + side, 185, 18, 20);
    oval("#15120e", x + side, 185, 7, 18);
  }
  shape("#d97f7a", [225, 225], [255, 225], [240, 243]);
  pen.strokeStyle = "#2b231b";
  pen.lineWidth = 3;
  pen.beginPath();
  pen.arc(223, 243, 17, 0.2, 3);
  pen.moveTo(274, 246);
  pen.arc(257, 243, 17, 0.2, 3);
  for (const [y, to] of [
    [232, 218],
    [240, 240],
    [248, 262],
  ]) {
    pen.moveTo(190, y);
    pen.lineTo(80, to);
    pen.moveTo(290, y);
    pen.lineTo(400, to);
  }
  pen.stroke();
  return new Promise((resolve) =>
    canvas.toBlob((blob) => resolve(new File([blob], "cat.png", { type: "image/png" })), "image/png"),
  );
}
