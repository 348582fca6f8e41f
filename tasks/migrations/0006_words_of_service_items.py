from django.db import migrations, models

# What residents say when they mean an item of the first catalogue.
WORDS = {
    "WIS-01": "独居、聊天、心里闷、陪伴、读报、看望、困难、低保、做饭、打扫、搬、沙发、兰花、春联、合影",
    "WIS-02": "修、灯、水龙头、漏水、渗水、下水管、电路、插座、取暖器、空调、门锁、门禁、滑梯、松动、清洗",
    "WIS-03": "医院、就医、复查、陪诊、陪同、看病、买药、取药、报销、医保、代办、办证",
    "WIS-04": "孩子、作业、数学、英语、语文、功课、辅导、补课、暑假、放学",
    "WIS-05": "借、捐、旧衣、轮椅、拐杖、书本、家电、被子",
    "TEA-01": "理发、理个发、剪发、剪头、量血压、测血糖、义诊",
    "TEA-02": "法律、咨询、赔偿、合同、律师、政策、程序、起诉",
    "TEA-03": "纠纷、吵、调解、噪音、矛盾",
    "TEA-04": "手机、电脑、视频、微信、照片、上网、扫码",
}


# Filled in the release that adds the column: the catalogue has some twenty rows, and the release before does not know it.
def fill(apps, schema_editor):
    items = apps.get_model("tasks", "ServiceItem").objects
    for code, words in WORDS.items():
        items.filter(code=code, words="").update(words=words)


class Migration(migrations.Migration):
    dependencies = [("tasks", "0005_remember_when_times_change")]

    operations = [
        migrations.AddField(
            model_name="serviceitem",
            name="words",
            field=models.CharField(
                blank=True,
                db_default="",
                default="",
                help_text="居民心愿里常用的词，顿号分隔，如“修、灯、漏水”。受理心愿时按这些词预选本事项。",
                max_length=300,
                verbose_name="常见说法",
            ),
        ),
        migrations.RunPython(fill, migrations.RunPython.noop),
    ]
