// A game's loop without the screen: particles are records in packed storage, and
// what a frame needs for itself lies in an arena that the next frame reuses.
//
//   jshost examples/frames.js
'use strict';

const Particle = heap.struct('Particle', {
  x: 'f64', y: 'f64', dx: 'f32', dy: 'f32', age: 'u32', color: ['u8', 4],
});
const kParticles = 10_000;
const kFrames = 600;

const particles = Particle.array(kParticles);
for (let i = 0; i < kParticles; i++) {
  const p = particles.at(i);
  p.dx = Math.sin(i);
  p.dy = Math.cos(i);
}

const frame = new Arena({ name: 'frame', zero: false });
let drawn = 0;
const start = performance.now();
for (let f = 0; f < kFrames; f++) {
  // What is to be drawn: a position each, for this frame only.
  const vertices = frame.array(Float32Array, 2 * kParticles);
  let n = 0;
  for (let i = 0; i < kParticles; i++) {
    const p = particles.at(i);
    p.x += p.dx;
    p.y += p.dy;
    p.age++;
    if (p.x > -100 && p.x < 100) {
      vertices[n++] = p.x;
      vertices[n++] = p.y;
    }
  }
  drawn += n / 2;
  frame.reset();
}
const ms = performance.now() - start;

print(`${kFrames} frames of ${kParticles} particles: ${(ms / kFrames).toFixed(3)} ms a frame, ` +
  `${drawn} drawn`);
print(`a particle is ${Particle.size} bytes, at ${JSON.stringify(Particle.offsets)}`);
print(`the frame's arena: ${frame.stats().chunkBytes} bytes, ${frame.stats().resets} resets`);
