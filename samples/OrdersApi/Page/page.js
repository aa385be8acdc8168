const form = document.getElementById('order');
const problem = document.getElementById('problem');
const arrived = document.getElementById('arrived');

async function send(path) {
  const { customer, article, quantity } = Object.fromEntries(new FormData(form));
  const response = await fetch(path, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ customer, article, quantity: Number(quantity) }),
  });
  problem.textContent = response.ok ? '' : `Not sent: ${(await response.json().catch(() => ({}))).title ?? response.statusText}`;
}

form.addEventListener('submit', event => {
  event.preventDefault();
  send('orders');
});
document.getElementById('forge').addEventListener('click', () => send('forgeries'));

function cell(row, text, title) {
  const cell = row.insertCell();
  cell.textContent = text ?? ''; // never as HTML: an order is input
  if (title) cell.title = title;
}

function show({ order, service, producer, provenBy, refused, trace }) {
  const row = arrived.insertRow(0);
  row.className = refused ? 'refused' : 'verified';
  cell(row, order?.customer);
  cell(row, order?.article);
  cell(row, order?.quantity);
  cell(row, service && `${service} (${producer.slice(0, 8)}…)`, producer);
  cell(row, refused ? `refused: ${refused}` : provenBy);
  cell(row, trace && `${trace.split('-')[1].slice(0, 8)}…`, trace?.split('-')[1]);
}

// The browser connects again by itself, and gets what has arrived before once more.
const stream = new EventSource('orders/stream');
stream.addEventListener('begin', event => {
  arrived.replaceChildren();
  JSON.parse(event.data).forEach(show);
});
stream.addEventListener('order', event => JSON.parse(event.data).forEach(show));
