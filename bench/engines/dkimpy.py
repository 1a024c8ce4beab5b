# dkimpy (Debian: python3-dkim) by its library: python3 dkimpy.py FOLDER SET COUNT SECONDS
import json, resource, sys
import dkim

folder, name, count, seconds = sys.argv[1], sys.argv[2], int(sys.argv[3]), float(sys.argv[4])
records = {key.encode() + b'.': text.encode() for key, text in json.load(open(f'{folder}/keys.json')).items()}
lengths = json.load(open(f'{folder}/{name}.json'))[:count]
messages, start = [], 0
data = open(f'{folder}/{name}.bin', 'rb').read(sum(lengths))
for length in lengths:
    messages.append(data[start:start + length])
    start += length

def answer(key, timeout=5):
    return records.get(key)

def spent():
    usage = resource.getrusage(resource.RUSAGE_SELF)
    return usage.ru_utime + usage.ru_stime

def passes(least):
    before, done, good = spent(), 0, 0
    while True:
        for message in messages:
            good += dkim.verify(message, dnsfunc=answer)
            done += 1
        if spent() - before >= least:
            return {'messages': done, 'good': int(good), 'cpu': (spent() - before) * 1e6}

passes(seconds / 3)
print(json.dumps(passes(seconds)))
